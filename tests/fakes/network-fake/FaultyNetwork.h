// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <set>

#include <QtCore/QObject>

#include "FaultyDriver.h"
#include "ghost/Network.h"

namespace ghost {

/// A network whose ports are records in a file.
class FaultyNetwork : public QObject, public FaultyDriver, public Network, public PortForwards
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID GHOST_PLUGIN_IID FILE "ghost-plugin.json")
    Q_INTERFACES(ghost::Plugin ghost::Network ghost::PortForwards)

public:
    Result<void> deactivate(Call &call) override;

    NicSource::Kind nicKind() const override { return NicSource::Kind::User; }
    Result<NetworkInfo> ensure(const NetworkSpec &spec, Call &call) override;
    Result<void> remove(NetworkId id, Call &call) override;
    Result<NicSource> plug(NetworkId id, const PortSpec &port, Call &call) override;
    Result<void> unplug(VmId vm, Call &call) override;
    Result<QList<Address>> addresses(VmId vm, Call &call) override;
    Result<QList<VmId>> ports(Call &call) override;

    Result<QList<PortForward>> forwards(VmId vm, Call &call) override;
    Result<NicSource> setForwards(VmId vm, const QList<PortForward> &forwards, Call &call) override;

private:
    struct Port
    {
        NetworkId network;
        QString mac;
        QList<PortForward> forwards;
    };
    void takeUp() override;
    Result<void> before(Call &call) const { return begin(call, "ensure-in-time", "network-deadline-over"); }
    NicSource nic(const Port &port) const;
    bool isTaken(int hostPort, VmId byOther) const;
    QString file() const;
    void load();
    void save() const;
    void write() const;

    std::mutex m_mutex; ///< for what follows
    std::set<NetworkId> m_networks;
    std::map<VmId, Port> m_ports;
};

} // namespace ghost
