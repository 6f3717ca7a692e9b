// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <QtCore/QObject>

#include "http/HttpFrontend.h"

namespace ghost::health {

/// The plugin's root object.
class HealthPlugin final : public QObject, public HttpFrontend
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID GHOST_PLUGIN_IID FILE "ghost-plugin.json")
    Q_INTERFACES(ghost::Plugin ghost::Frontend)
public:
    HealthPlugin();

private:
    std::shared_ptr<void> serve(Agent &agent, std::unique_ptr<HttpListener> listener) override;
};

} // namespace ghost::health
