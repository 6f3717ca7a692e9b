// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <mutex>

#include <QtCore/QDateTime>
#include <QtCore/QObject>
#include <ghost/Hypervisor.h>

using namespace ghost;

/// The least that a hypervisor is. It forgets its VMs with its process, which a real one must not.
class MemoryHypervisor : public QObject, public Plugin, public Hypervisor
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID GHOST_PLUGIN_IID FILE "ghost-plugin.json")
    Q_INTERFACES(ghost::Plugin ghost::Hypervisor)

    std::mutex m_mutex; // calls come from several threads at once
    std::map<VmId, std::pair<VmSpec, VmInfo>> m_vms;

    /// The VM is @p wanted afterwards; with Unspecified as it was.
    Result<VmInfo> bring(VmId id, VmState wanted, StopMethod how, Call &call)
    {
        const std::scoped_lock lock(m_mutex);
        if (const auto inTime = call.check(); !inTime)
            return inTime.error();
        if (!m_vms.contains(id))
            return Error(Code::NotFound, "no VM " + id.toString());
        VmInfo &info = m_vms[id].second;
        const bool changes = wanted != VmState::Unspecified && wanted != info.state();
        if (changes) {
            info.setState(wanted);
            info.setStartedAtMs(wanted == VmState::Running ? QDateTime::currentMSecsSinceEpoch() : 0);
        }
        VmInfo answer = info;
        answer.setStoppedBy(changes || wanted != VmState::Stopped ? how : StopMethod::AlreadyStopped);
        return answer;
    }

public:
    Result<void> activate(PluginContext &context, const QJsonObject &, Call &) override
    {
        context.setHealth(Health(Health::Status::Ready, {}));
        return {};
    }
    Result<void> deactivate(Call &) override { return {}; }
    Capabilities capabilities() const override
    {
        Capabilities can; // no disks, no ports
        can.setArchitectures({"x86_64"});
        can.setAccelerators({Accelerator::Tcg});
        can.setKvmProblem("this driver never uses KVM");
        can.setMaxCpus(64);
        return can;
    }
    Result<VmInfo> create(const VmSpec &spec, Call &call) override
    {
        if (spec.id().isNull() || spec.cpus() < 1 || spec.cpus() > 64 || spec.memoryBytes() < 1)
            return Error(Code::InvalidArgument, "needs an id, 1 to 64 CPUs, and memory").withField("cpus");
        if (spec.accelerator() != Accelerator::Tcg)
            return Error(Code::Unsupported, "never uses KVM").withField("accelerator").withHint("--accel tcg");
        const std::scoped_lock lock(m_mutex);
        if (const auto inTime = call.check(); !inTime)
            return inTime.error();
        VmInfo info;
        info.setId(spec.id());
        info.setState(VmState::Stopped);
        info.setReason(StateReason::Requested);
        info.setAccelerator(Accelerator::Tcg);
        const auto &[known, now] = m_vms.try_emplace(spec.id(), spec, info).first->second;
        if (const auto same = known.equalInKind(spec); !same)
            return Error(Code::AlreadyExists, same.error().message()).withField(same.error().field());
        return now;
    }
    Result<VmInfo> powerOn(VmId id, Call &call) override { return bring(id, VmState::Running, {}, call); }
    Result<VmInfo> powerOff(VmId id, const PowerOff &how, Call &call) override
    {
        return bring(id, VmState::Stopped, how.force ? StopMethod::Forced : StopMethod::Acpi, call);
    }
    Result<void> remove(VmId id, Call &call) override
    {
        const std::scoped_lock lock(m_mutex);
        const auto inTime = call.check();
        if (inTime)
            m_vms.erase(id);
        return inTime;
    }
    Result<VmInfo> inspect(VmId id, Call &call) override { return bring(id, VmState::Unspecified, {}, call); }
    Result<QList<VmInfo>> list(Call &call) override
    {
        const std::scoped_lock lock(m_mutex);
        if (const auto inTime = call.check(); !inTime)
            return inTime.error();
        QList<VmInfo> infos;
        for (const auto &[id, vm] : m_vms)
            infos.append(vm.second);
        return infos;
    }
};

#include "MemoryHypervisor.moc"
