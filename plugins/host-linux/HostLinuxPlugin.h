// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <QtCore/QObject>

#include "LogindWatch.h"
#include "ServiceReport.h"
#include "ghost/Frontend.h"

namespace ghost::host {

/// The plugin's root object.
class HostLinuxPlugin final : public QObject, public Plugin, public Frontend
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID GHOST_PLUGIN_IID FILE "ghost-plugin.json")
    Q_INTERFACES(ghost::Plugin ghost::Frontend)
public:
    Result<void> activate(PluginContext &context, const QJsonObject &config, Call &call) override;
    Result<void> deactivate(Call &call) override;
    Result<void> open(Agent &agent) override;
    void close() override;

private:
    PluginContext *m_context = nullptr;
    std::unique_ptr<LogindWatch> m_logind;
    std::unique_ptr<ServiceReport> m_report;
};

} // namespace ghost::host
