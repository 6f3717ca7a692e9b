// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>

#include <ghost/Network.h>

#include "Carrier.h"
#include "GuestWatch.h"
#include "NetworkList.h"
#include "VmPorts.h"
#include "health/HealthReasons.h"

namespace ghost::user {

/// The Network role without root: see README.md.
class UserNetwork : public Plugin, public Network, public PortForwards
{
public:
    UserNetwork();
    ~UserNetwork() override;

    Result<void> activate(PluginContext &context, const QJsonObject &config, Call &call) override;
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
    NicSource nic(const Port &port) const;
    void tellOfLost();

    PluginContext *m_context = nullptr;
    Carrier m_carrier;
    std::unique_ptr<HealthReasons> m_health;
    std::mutex m_networksMutex; ///< no port is plugged into a network that is being removed
    std::unique_ptr<NetworkList> m_networks;
    std::unique_ptr<VmPorts> m_ports;
    std::unique_ptr<GuestWatch> m_watch;
};

} // namespace ghost::user
