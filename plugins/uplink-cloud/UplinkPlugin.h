// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <QtCore/QObject>

#include "Uplink.h"
#include "ghost/Frontend.h"

namespace ghost::uplink {

/// The plugin's root object.
class UplinkPlugin final : public QObject, public Plugin, public Frontend, public CloudLink
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID GHOST_PLUGIN_IID FILE "ghost-plugin.json")
    Q_INTERFACES(ghost::Plugin ghost::Frontend ghost::CloudLink)
public:
    Result<void> activate(PluginContext &context, const QJsonObject &config, Call &call) override;
    Result<void> deactivate(Call &call) override;
    Result<void> open(Agent &agent) override;
    void close() override;
    Result<QCborMap> status(Call &call) override;
    Result<void> setPaused(bool paused, Call &call) override;
    Result<void> leave(Call &call) override;

private:
    std::unique_ptr<Uplink> m_uplink;
};

} // namespace ghost::uplink
