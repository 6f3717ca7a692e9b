// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QObject>

#include "ghost/Plugin.h"

namespace ghost {

/// Never loaded: its metadata says that it was built for another SDK, by another kind of build (or was), or has a
/// schema that is none.
class RefusedPlugin : public QObject, public Plugin
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID GHOST_PLUGIN_IID FILE "ghost-plugin.json")
    Q_INTERFACES(ghost::Plugin)

public:
    /// Ends the agent, should its code ever run.
    RefusedPlugin();
    Result<void> activate(PluginContext &context, const QJsonObject &config, Call &call) override;
    Result<void> deactivate(Call &call) override;
};

} // namespace ghost
