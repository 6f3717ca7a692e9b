// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QObject>

#include "ghost/Frontend.h"

namespace ghost {

/// Takes the agent with it while it is activated or opened, in the way that its setting `dies` names.
class DeadlyPlugin : public QObject, public Plugin, public Frontend
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
    bool m_diesOpening = false;
};

} // namespace ghost
