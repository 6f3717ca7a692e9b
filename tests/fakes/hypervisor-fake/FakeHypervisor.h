// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "FakeConsole.h"
#include "FaultFile.h"
#include "ghost/Hypervisor.h"

namespace ghost {

/// A hypervisor whose VMs are records in a file: they outlive the agent as real guests do. A guest with a blank disk
/// behaves as firmware does: it does not hear a polite stop. Nothing runs in any of them, so setting `kvm` alone says
/// what they run under.
class FakeHypervisor : public Plugin,
                       public Hypervisor,
                       public VmStats,
                       public VmConsole,
                       public VmPause,
                       public VmNicUpdate
{
public:
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
    /// Echoes what is typed; `poweroff` brings the guest down.
    Result<UniqueFd> openConsole(VmId id, Call &call) override;
    Result<VmInfo> pause(VmId id, Call &call) override;
    Result<VmInfo> resume(VmId id, Call &call) override;
    Result<void> updateNic(VmId id, const NicSource &nic, Call &call) override;

protected:
    /// The VM has changed by itself.
    virtual void tell(VmId id);

private:
    struct FakeVm
    {
        VmSpec spec;
        VmInfo info;
        QByteArray json; ///< its line in the file; of a thousand VMs only the changed ones are written out anew
    };
    Result<void> before(const char *function, Call &call) const;
    Result<VmInfo> renew(FakeVm &vm, const VmSpec &spec);
    void guestWentDown(VmId id);
    std::unique_ptr<FakeConsole> takeConsole(VmId id);
    static bool isDeaf(const FakeVm &vm);
    Result<void> waitForGuest(VmId id, const PowerOff &how, Call &call);
    Result<VmInfo> hold(const char *function, VmId id, VmState state, Call &call);
    void load();
    void save(FakeVm &changed);
    void save() const;

    PluginContext *m_context = nullptr;
    std::optional<FaultFile> m_faults;
    Capabilities m_capabilities;
    bool m_absent = false;
    mutable std::mutex m_mutex; ///< for what follows
    std::map<VmId, FakeVm> m_vms;
    std::map<VmId, std::unique_ptr<FakeConsole>> m_consoles;
};

} // namespace ghost
