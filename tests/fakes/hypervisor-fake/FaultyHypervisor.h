// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <set>

#include <QtCore/QObject>

#include "FakeHypervisor.h"

namespace ghost {

/// The fake hypervisor, with one fault on demand: setting `fault` names the row of ghost-plugin-check that is to turn
/// red. So the kit itself can be tested. Without a fault it is the fake.
class FaultyHypervisor : public QObject, public FakeHypervisor
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID GHOST_PLUGIN_IID FILE "ghost-plugin.json")
    Q_INTERFACES(ghost::Plugin ghost::Hypervisor ghost::VmStats ghost::VmConsole ghost::VmPause ghost::VmNicUpdate)

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
    Result<UniqueFd> openConsole(VmId id, Call &call) override;
    Result<VmInfo> pause(VmId id, Call &call) override;
    Result<void> updateNic(VmId id, const NicSource &nic, Call &call) override;

protected:
    void tell(VmId id) override;

private:
    bool has(const char *row) const { return m_fault == QLatin1String(row); }
    VmSpec misunderstood(VmSpec spec) const;
    Result<void> beforeCreate(const VmSpec &spec, Call &call);
    Result<VmInfo> afterCreate(const VmSpec &spec, Result<VmInfo> made, Call &call);
    Result<void> beforePowerOn(VmId id, Call &call);
    Result<VmInfo> powerOffPolitely(VmId id, const PowerOff &how, Call &call);
    void restart(VmId id, Call &call);
    void stopAll(Call &call);
    VmState stateOf(VmId id, Call &call);
    QString data(const QString &file) const;

    QString m_fault;
    PluginContext *m_context = nullptr;
    bool m_endedBadly = false;
    std::atomic_int m_changing = 0; ///< calls that are at work
    std::atomic<qint64> m_fallingCounter = 1'000'000'000'000;
    mutable std::mutex m_mutex;     ///< for what follows
    std::map<VmId, VmSpec> m_specs; ///< of VMs made in this process
    std::set<VmId> m_removed;
    std::mutex m_bottleneck;
};

} // namespace ghost
