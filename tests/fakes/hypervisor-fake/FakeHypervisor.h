// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include <QtCore/QObject>

#include "FaultFile.h"
#include "ghost/Hypervisor.h"

namespace ghost {

/// A hypervisor whose VMs are records in a file: they outlive the agent as real guests do.
class FakeHypervisor : public QObject, public Plugin, public Hypervisor, public VmStats, public VmConsole {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID GHOST_PLUGIN_IID FILE "ghost-plugin.json")
    Q_INTERFACES(ghost::Plugin ghost::Hypervisor ghost::VmStats ghost::VmConsole)

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
    /// Echoes what is typed.
    Result<UniqueFd> openConsole(VmId id, Call &call) override;

private:
    struct FakeVm {
        VmSpec spec;
        VmInfo info;
        QByteArray json; ///< its line in the file; of a thousand VMs only the changed ones are written out anew
    };
    void load();
    void save(FakeVm &changed);
    void save() const;

    PluginContext *m_context = nullptr;
    std::optional<FaultFile> m_faults;
    Capabilities m_capabilities;
    mutable std::mutex m_mutex;
    std::map<VmId, FakeVm> m_vms;
};

} // namespace ghost
