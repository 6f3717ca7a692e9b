// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/Power.h"

#include "WorkerPool.h"
#include "state/StateStore.h"
#include "state/Transitions.h"

namespace ghost {

using std::chrono::milliseconds;

namespace {

/// As long as that, and a guest that asks for an address at all has one.
constexpr milliseconds longWait{60'000};

/// What is kept of the operation's time for its end after the wait.
milliseconds marginOf(milliseconds remaining)
{
    return std::min(milliseconds(2'000), remaining / 4);
}

/// Why there is none after @p waited, as far as anybody knows.
QString noAddress(const VmParts &parts, milliseconds waited, const StateStore &store)
{
    const QString after = QStringLiteral("no address after %1 s").arg(double(waited.count()) / 1000, 0, 'f', 1);
    for (const QList<PluginStatus> plugins = store.state()->plugins(); const PluginStatus &plugin : plugins)
        if (plugin.id() == parts.record().network && plugin.health().status() == Health::Status::Down)
            return QStringLiteral("%1: %2 is down: %3").arg(after, plugin.id(), plugin.health().reason());
    if (waited < longWait)
        return after + QStringLiteral(", when the time limit of this command was over: the guest may have one later");
    return after + QStringLiteral(": the guest may not use DHCP");
}

} // namespace

Result<void> powerOn(VmParts &parts, const Services &services, Call &call)
{
    const VmId vm = parts.record().id;
    services.store.changeVm(vm, [](Vm &changed) { changed.setState(VmState::Starting); });
    const auto info = parts.powerOn(call);
    if (!info)
        return info.error();
    services.store.observe(*info);
    return {};
}

Result<StopMethod> powerOff(VmParts &parts, const PowerOff &how, const Services &services, Call &call)
{
    const VmId vm = parts.record().id;
    services.store.changeVm(vm, [](Vm &changed) { changed.setState(VmState::Stopping); });
    const auto info = parts.powerOff(how, call);
    if (!info)
        return info.error();
    services.store.observe(*info);
    return info->stoppedBy();
}

Result<StopMethod> powerOffStep(VmParts &parts, const PowerOff &how, const Services &services, Work &work)
{
    StopMethod method = StopMethod::Unspecified;
    const auto off = work.steps.run(QStringLiteral("power off"), [&](Call &call) -> Result<void> {
        const auto worked = powerOff(parts, how, services, call);
        if (worked)
            method = *worked;
        return worked ? Result<void>() : worked.error();
    });
    return off ? Result<StopMethod>(method) : off.error();
}

Result<void> waitForAddress(VmParts &parts, bool noWait, const Services &services, Work &work)
{
    if (noWait || !parts.hasNetwork())
        return {};
    const VmId vm = parts.record().id;
    return work.steps.run(QStringLiteral("wait for the address"), [&](Call &call) -> Result<void> {
        const auto changed = std::make_shared<Signal>();
        const auto watch = services.store.watch(vm, changed);
        const auto remaining = std::chrono::duration_cast<milliseconds>(call.remaining());
        const milliseconds limit = remaining - marginOf(remaining);
        const WorkerPool::Waiting waiting(*parts.hypervisor().work);
        const auto end = Call::Clock::now() + limit;
        for (;;) {
            const auto now = services.store.state()->vm(vm);
            if (!now)
                return Error(Code::NotFound, QStringLiteral("the VM was removed meanwhile"));
            if (!now->address().isEmpty() || !now->endpoint().isEmpty())
                return {};
            if (now->state() == VmState::Stopped || now->state() == VmState::Failed)
                return Error(Code::FailedPrecondition, QStringLiteral("the guest went down before it had an address"))
                    .withHint(QStringLiteral("see `ghostctl vm console %1` while it starts").arg(now->name()));
            const auto left = std::chrono::ceil<milliseconds>(end - Call::Clock::now());
            const auto wake = left.count() <= 0 ? Call::Wake::TimedOut : call.waitAtMost(*changed, left);
            if (wake == Call::Wake::Cancelled)
                return Call::interrupted(wake, QStringLiteral("wait for the address"));
            if (wake != Call::Wake::Raised) {
                work.notes.append(noAddress(parts, limit, services.store));
                return {};
            }
        }
    });
}

Result<void> waitForAddressWhileWanted(VmParts &parts, bool noWait, const Services &services, Work &work)
{
    auto seen = waitForAddress(parts, noWait, services, work);
    if (!seen && seen.error().code() == Code::Cancelled)
        work.notes.append(QStringLiteral("the wait for its address was cancelled; the VM runs"));
    else if (!seen && seen.error().code() == Code::DeadlineExceeded)
        work.notes.append(QStringLiteral("no time was left to wait for its address; the VM runs"));
    else
        return seen;
    return {};
}

QCborMap vmResult(VmId vm, const Services &services)
{
    const auto now = services.store.state()->vm(vm);
    return now ? QCborMap{{QStringLiteral("vm"), now->toCbor()}} : QCborMap();
}

Result<Vm> findVm(const QString &nameOrId, const StateStore &store)
{
    if (nameOrId.isEmpty())
        return Error(Code::InvalidArgument, QStringLiteral("which VM?")).withField(QStringLiteral("vm"));
    const auto state = store.state();
    const VmId id = VmId::fromString(nameOrId);
    auto vm = id.isNull() ? std::nullopt : state->vm(id);
    if (!vm)
        vm = state->vmByName(nameOrId);
    if (vm)
        return *vm;
    return Error(Code::NotFound, QStringLiteral("no VM '%1'").arg(nameOrId.left(80)))
        .withField(QStringLiteral("vm"))
        .withHint(QStringLiteral("`ghostctl vm list` shows them"));
}

Result<Admission> admitVm(const QString &command, const QString &nameOrId, bool force, const Services &services)
{
    const auto vm = findVm(nameOrId, services.store);
    if (!vm)
        return vm.error();
    if (!services.store.record(vm->id()))
        return Error(Code::FailedPrecondition, QStringLiteral("VM '%1': %2").arg(vm->name(), vm->problem()))
            .withHint(
                QStringLiteral("stop the agent; in its vms.json mend that record and move it from 'quarantined' to "
                               "'vms'"));
    if (const auto allowed = checkTransition(command, *vm, force); !allowed)
        return allowed.error();
    const auto hypervisor = services.drivers.hypervisor(vm->hypervisor());
    if (!hypervisor)
        return hypervisor.error();
    return Admission{vm->id(), vm->name(), hypervisor->work};
}

} // namespace ghost
