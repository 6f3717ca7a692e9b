// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <ghost/Hypervisor.h>

#include "RequestedStops.h"
#include "libvirt/ConnectionPool.h"

namespace ghost {

class AcceleratorChoice;
class Consoles;
class DomainEvents;
struct OwnDomain;

/// The driver: wires its parts together and holds what is short enough to stand here.
class LibvirtHypervisor : public Plugin,
                          public Hypervisor,
                          public VmStats,
                          public VmConsole,
                          private libvirt::PoolListener
{
public:
    LibvirtHypervisor();
    ~LibvirtHypervisor() override;

    Result<void> activate(PluginContext &context, const QJsonObject &config, Call &call) override;
    Result<void> deactivate(Call &call) override;

    Capabilities capabilities() const override;
    Result<VmInfo> create(const VmSpec &spec, Call &call) override;
    Result<VmInfo> powerOn(VmId id, Call &call) override;
    Result<VmInfo> powerOff(VmId id, const PowerOff &how, Call &call) override;
    Result<void> remove(VmId id, Call &call) override;
    Result<VmInfo> inspect(VmId id, Call &call) override;
    Result<QList<VmInfo>> list(Call &call) override;

    Result<QList<VmUsage>> usage(Call &call) override;
    Result<UniqueFd> openConsole(VmId id, Call &call) override;

private:
    /// False: libvirt's last error says why.
    bool cutPower(const OwnDomain &domain);
    Result<void> registerEvents(libvirt::Connection &connection) override;
    void connected() override;
    void lost(const QString &reason) override;
    void log(LogLevel level, const QString &message) override;

    PluginContext *m_context = nullptr;
    AgentId m_agent;
    RequestedStops m_stops;
    std::unique_ptr<DomainEvents> m_events;
    std::unique_ptr<libvirt::ConnectionPool> m_pool;
    std::unique_ptr<AcceleratorChoice> m_accelerators;
    std::unique_ptr<Consoles> m_consoles;
};

} // namespace ghost
