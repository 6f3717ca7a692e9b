// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include <QtCore/QJsonObject>
#include <QtCore/QStringList>

#include "Endpoint.h"
#include "HostClock.h"
#include "tls/CertificateFiles.h"

namespace ghost::uplink {

/// How patient the uplink is. Tests are less so.
struct Patience
{
    using Milliseconds = std::chrono::milliseconds;
    Milliseconds call = std::chrono::seconds(10); ///< one attempt of one call
    Milliseconds firstRetry = Milliseconds(500);  ///< grows from here, see Backoff
    Milliseconds longestRetry = std::chrono::seconds(60);
    Milliseconds goodbye = std::chrono::seconds(3);  ///< for UnregisterAgent when the agent stops
    Milliseconds tailnet = std::chrono::seconds(30); ///< between two looks at tailscaled
    Milliseconds afterDiskTrouble = std::chrono::seconds(5);
};

/// The plugin's settings, as plugin.json describes them.
struct UplinkOptions
{
    Endpoint endpoint;
    QString name;
    QStringList allowed; ///< commands that the cloud may give
    std::chrono::seconds heartbeat{30};
    int outboxLimit = 10'000;
    CertificateFiles tls; ///< empty: plain text
    QString tailscaleSocket;

    Patience patience;
    HostClock clock = HostClock::real();

    /// InvalidArgument with the field.
    static Result<UplinkOptions> parse(const QJsonObject &config);
};

} // namespace ghost::uplink
