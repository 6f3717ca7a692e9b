// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <memory>

#include <QtCore/QObject>

#include "endpoints/ListenAddress.h"
#include "ghost/Frontend.h"

namespace ghost::metrics {

class MetricsServer;

/// The plugin's root object.
class MetricsPlugin final : public QObject, public Plugin, public Frontend
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID GHOST_PLUGIN_IID FILE "ghost-plugin.json")
    Q_INTERFACES(ghost::Plugin ghost::Frontend)
public:
    MetricsPlugin();
    ~MetricsPlugin() override;

    Result<void> activate(PluginContext &context, const QJsonObject &config, Call &call) override;
    Result<void> deactivate(Call &call) override;
    Result<void> open(Agent &agent) override;
    void close() override;

private:
    PluginContext *m_context = nullptr;
    ListenAddress m_address;
    std::unique_ptr<MetricsServer> m_server;
};

} // namespace ghost::metrics
