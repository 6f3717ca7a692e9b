// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>

#include <ghost/Hypervisor.h>

#include "GuestStart.h"

namespace ghost {

class AcceleratorChoice;
class QemuProgram;
class VmTable;

/// The driver: wires its parts together and holds what is short enough to stand here.
class QemuHypervisor : public Plugin,
                       public Hypervisor,
                       public VmStats,
                       public VmConsole,
                       public VmPause,
                       public VmNicUpdate
{
public:
    QemuHypervisor();
    ~QemuHypervisor() override;

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
    Result<VmInfo> pause(VmId id, Call &call) override;
    Result<VmInfo> resume(VmId id, Call &call) override;
    Result<void> updateNic(VmId id, const NicSource &nic, Call &call) override;

private:
    Result<std::shared_ptr<Vm>> begin(VmId id, Call &call);
    Result<void> requireProgram();
    Result<void> requireBackend();
    void tellHealth(Health::Status status, const QString &reason);
    Result<VmInfo> hold(VmId id, VmState wanted, Call &call);

    PluginContext *m_context = nullptr;
    std::atomic<Health::Status> m_health{Health::Status::Unspecified}; ///< as the host was told
    StartOptions m_startOptions;
    std::unique_ptr<QemuProgram> m_program;
    std::unique_ptr<AcceleratorChoice> m_accelerators;
    std::unique_ptr<VmTable> m_vms;
};

} // namespace ghost
