// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include <ghost/Network.h>

#include "LeaseWatch.h"
#include "OwnNetworks.h"
#include "RouteWatch.h"
#include "libvirt/ConnectionPool.h"

namespace ghost::nat {

/// The Network role over libvirt: see README.md.
class NatNetwork : public Plugin, public Network, private libvirt::PoolListener
{
public:
    NatNetwork();
    ~NatNetwork() override;

    Result<void> activate(PluginContext &context, const QJsonObject &config, Call &call) override;
    Result<void> deactivate(Call &call) override;

    NicSource::Kind nicKind() const override { return NicSource::Kind::Bridge; }
    Result<NetworkInfo> ensure(const NetworkSpec &spec, Call &call) override;
    Result<void> remove(NetworkId id, Call &call) override;
    Result<NicSource> plug(NetworkId id, const PortSpec &port, Call &call) override;
    Result<void> unplug(VmId vm, Call &call) override;
    Result<QList<Address>> addresses(VmId vm, Call &call) override;
    Result<QList<VmId>> ports(Call &call) override;

private:
    /// libvirt's event thread may come once more while its connection is being closed: then there is nobody behind it.
    struct EventGate
    {
        std::mutex mutex;
        OwnNetworks *receiver = nullptr;
    };

    Result<void> registerEvents(libvirt::Connection &connection) override;
    void connected() override;
    void lost(const QString &reason) override;
    void log(LogLevel level, const QString &message) override;

    Result<void> checkReachable(Call &call);
    Result<void> recoverPorts(OwnNetwork &network, Call &call);
    void refreshLeases(OwnNetwork &network, Call &call);
    void leaseFileChanged(const QString &fileName);
    void hostRoutesChanged();

    PluginContext *m_context = nullptr;
    std::unique_ptr<HealthReasons> m_health;
    std::unique_ptr<OwnNetworks> m_networks;
    std::mutex m_ensureMutex; ///< one network is made or removed at a time
    std::shared_ptr<EventGate> m_events;
    std::unique_ptr<libvirt::ConnectionPool> m_pool;
    std::optional<LeaseWatch> m_leaseWatch;
    std::optional<RouteWatch> m_routeWatch;
};

} // namespace ghost::nat
