// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#include "StateFigures.h"

#include <array>

namespace ghost::metrics {

namespace {

using Stage = PluginStatus::Stage;
using Status = Health::Status;

constexpr std::array vmStates = {VmState::Stopped,  VmState::Starting, VmState::Running, VmState::Paused,
                                 VmState::Stopping, VmState::Failed,   VmState::Unknown};
constexpr std::array healths = {Status::Ready, Status::Degraded, Status::Down};

void addVms(Exposition &page, const QList<Vm> &vms)
{
    std::map<VmState, int> counts;
    for (const Vm &vm : vms) {
        ++counts[vm.state()];
        const QStringList labels{vm.name(), vm.id().toString()};
        page.add(Metric::VmInfo,
                 labels + QStringList{vm.hypervisor(), vm.network(), vm.image(), acceleratorName(vm.accelerator())}, 1);
        page.add(Metric::VmRunning, labels, vm.state() == VmState::Running ? 1 : 0);
        if (vm.startedAtMs() > 0)
            page.add(Metric::VmStartTime, labels, seconds(vm.startedAtMs()));
        page.add(Metric::VmCpus, labels, vm.cpus());
        page.add(Metric::VmMemorySize, labels, double(vm.memoryBytes()));
        page.add(Metric::VmDiskSize, labels, double(vm.diskBytes()));
    }
    for (const VmState state : vmStates)
        page.add(Metric::Vms, {vmStateName(state)}, counts[state]);
}

void addHost(Exposition &page, const HostResources &host)
{
    const QStringList total{QStringLiteral("total")};
    const QStringList reserved{QStringLiteral("reserved")};
    const QStringList promised{QStringLiteral("promised")};
    page.add(Metric::HostCpus, total, host.totalCpus());
    page.add(Metric::HostCpus, reserved, host.reservedCpus());
    page.add(Metric::HostMemory, total, double(host.totalMemoryBytes()));
    page.add(Metric::HostMemory, reserved, double(host.reservedMemoryBytes()));
    page.add(Metric::HostMemory, promised, double(host.promisedMemoryBytes()));
    page.add(Metric::HostDisk, total, double(host.totalDiskBytes()));
    page.add(Metric::HostDisk, reserved, double(host.reservedDiskBytes()));
    page.add(Metric::HostDisk, promised, double(host.promisedDiskBytes()));
}

void addOperations(Exposition &page, const QList<Operation> &operations)
{
    std::map<Operation::Status, int> counts;
    for (const Operation &operation : operations)
        ++counts[operation.status()];
    for (const auto status : {Operation::Status::Queued, Operation::Status::Running})
        page.add(Metric::OperationsUnfinished, {operationStatusName(status)}, counts[status]);
}

void addPlugin(Exposition &page, const PluginStatus &plugin)
{
    const QString &id = plugin.id();
    const Status health = plugin.stage() == Stage::Active ? plugin.health().status() : Status::Down;
    page.add(Metric::PluginInfo, {id, plugin.role(), plugin.version(), pluginStageName(plugin.stage())}, 1);
    for (const Status status : healths)
        page.add(Metric::PluginHealth, {id, healthStatusName(status)}, health == status ? 1 : 0);
    page.add(Metric::PluginConnected, {id}, health == Status::Ready || health == Status::Degraded ? 1 : 0);
    if (plugin.health().sinceMs() > 0)
        page.add(Metric::PluginHealthSince, {id}, seconds(plugin.health().sinceMs()));
    if (plugin.activateMs() >= 0)
        page.add(Metric::PluginActivation, {id}, seconds(plugin.activateMs()));
}

// What a driver that hangs has told of a VM that has been stopped since is no news of it.
bool hasCounters(const Vm &vm, const QString &hypervisor)
{
    return vm.hypervisor() == hypervisor && vm.state() != VmState::Stopped && vm.state() != VmState::Failed;
}

void addUsage(Exposition &page, const Vm &vm, const VmUsage &usage)
{
    const QStringList labels{vm.name(), vm.id().toString()};
    page.add(Metric::VmCpuTime, labels, double(usage.cpuTimeNanoseconds()) / 1e9);
    page.add(Metric::VmMemoryResident, labels, double(usage.memoryBytes()));
    page.add(Metric::VmDiskRead, labels, double(usage.diskReadBytes()));
    page.add(Metric::VmDiskWritten, labels, double(usage.diskWrittenBytes()));
    // "What cannot be counted is 0" (ghost/VmUsage.h), and no series is better than a false zero.
    if (usage.networkReceivedBytes() == 0 && usage.networkSentBytes() == 0)
        return;
    page.add(Metric::VmNetworkReceived, labels, double(usage.networkReceivedBytes()));
    page.add(Metric::VmNetworkSent, labels, double(usage.networkSentBytes()));
}

} // namespace

QStringList activeHypervisors(const State &state)
{
    QStringList ids;
    const QList<PluginStatus> plugins = state.plugins();
    for (const PluginStatus &plugin : plugins)
        if (plugin.role() == QLatin1String("Hypervisor") && plugin.stage() == Stage::Active)
            ids.append(plugin.id());
    return ids;
}

void addStateFigures(Exposition &page, const State &state)
{
    page.add(Metric::BuildInfo, {state.agentVersion(), QLatin1String(qVersion())}, 1);
    page.add(Metric::AgentWarnings, {}, double(state.warnings().size()));
    addVms(page, state.vms());
    addHost(page, state.resources());
    addOperations(page, state.operations());
    const QList<PluginStatus> plugins = state.plugins();
    for (const PluginStatus &plugin : plugins)
        addPlugin(page, plugin);
}

void addUsageFigures(Exposition &page, const State &state, const std::map<QString, LiveUsage::Answer> &answers)
{
    std::map<VmId, Vm> vms;
    const QList<Vm> all = state.vms();
    for (const Vm &vm : all)
        vms[vm.id()] = vm;
    const auto now = LiveUsage::Clock::now();
    for (const auto &[hypervisor, answer] : answers) {
        if (!answer.isSupported())
            continue;
        page.add(Metric::VmUsageStale, {hypervisor}, answer.isStale() ? 1 : 0);
        if (answer.at)
            page.add(Metric::VmUsageAge, {hypervisor}, std::chrono::duration<double>(now - *answer.at).count());
        for (const VmUsage &usage : answer.usages)
            if (const auto vm = vms.find(usage.vm()); vm != vms.end() && hasCounters(vm->second, hypervisor))
                addUsage(page, vm->second, usage);
    }
}

} // namespace ghost::metrics
