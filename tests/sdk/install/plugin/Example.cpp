// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QObject>

#include <ghost/Frontend.h>
#include <ghost/agent/v1/agent.pb.h>
#include <ghost/proto/CborCodec.h>

/// The least that a frontend is.
class Example : public QObject, public ghost::Plugin, public ghost::Frontend
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID GHOST_PLUGIN_IID FILE "ghost-plugin.json")
    Q_INTERFACES(ghost::Plugin ghost::Frontend)
public:
    ghost::Result<void> activate(ghost::PluginContext &context, const QJsonObject &, ghost::Call &) override
    {
        context.setHealth(ghost::Health(ghost::Health::Status::Ready, {}));
        return {};
    }
    ghost::Result<void> deactivate(ghost::Call &) override { return {}; }
    ghost::Result<void> open(ghost::Agent &agent) override
    {
        ghost::agent::v1::Vm vm;
        return agent.state()->vms().isEmpty() ? ghost::Result<void>()
                                              : ghost::fromCbor(agent.state()->vms().constFirst().toCbor(), vm);
    }
    void close() override {}
};

#include "Example.moc"
