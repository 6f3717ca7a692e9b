// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

#include <QtCore/QJsonObject>

#include "ServerCertificates.h"
#include "UnixListener.h"
#include "endpoints/ListenAddress.h"

namespace ghost::api {

/// The plugin's settings, as plugin.json describes them.
struct ApiOptions
{
    UnixListener::Options socket;
    QString groupProblem; ///< why only the agent's own user may connect; empty: all is well

    std::optional<ListenAddress> listen; ///< none: no TCP
    ServerCertificates::Options certificates;
    std::chrono::milliseconds stallLimit = std::chrono::minutes(1);

    /// InvalidArgument with the field.
    static Result<ApiOptions> parse(const QJsonObject &config, const PluginContext &context);
};

} // namespace ghost::api
