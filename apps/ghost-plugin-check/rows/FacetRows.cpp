// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/VmBench.h"
#include "rows/Rows.h"

namespace ghost::kit {

namespace {

using namespace std::chrono_literals;

Result<VmInfo> pause(VmBench &vms, VmId id)
{
    return vms.bench().call([&](Call &call) { return vms.facet<VmPause>().pause(id, call); });
}

Result<VmInfo> resume(VmBench &vms, VmId id)
{
    return vms.bench().call([&](Call &call) { return vms.facet<VmPause>().resume(id, call); });
}

void pausesAndResumes(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.running();
    const qint64 started = expect("inspect", vms.inspect(id)).ok().startedAtMs();
    for (int i = 0; i < 10; ++i)
        expect("state that pause answers", expect("pause", pause(vms, id)).ok().state()).is(VmState::Paused);
    expect("state after pause", vms.state(id)).is(VmState::Paused);
    for (int i = 0; i < 10; ++i)
        expect("state that resume answers", expect("resume", resume(vms, id)).ok().state()).is(VmState::Running);
    expect("state after resume", vms.state(id)).is(VmState::Running);
    expect("startedAtMs after pause and resume", expect("inspect", vms.inspect(id)).ok().startedAtMs()).is(started);
}

void pausesOnlyWhatRuns(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.stopped();
    expect("pause of a stopped VM", pause(vms, id)).fails(Code::FailedPrecondition);
    expect("resume of a stopped VM", resume(vms, id)).fails(Code::FailedPrecondition);
    expect("pause of an unknown id", pause(vms, VmId::create())).fails(Code::NotFound);
    expect("resume of an unknown id", resume(vms, VmId::create())).fails(Code::NotFound);
}

void stopsAPausedVm(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.running();
    expect("pause", pause(vms, id)).ok();
    expect("state that powerOff of a paused VM answers", expect("powerOff", vms.cutPower(id)).ok().state())
        .is(VmState::Stopped);
    expect("state", vms.state(id)).is(VmState::Stopped);
}

QList<VmUsage> usage(VmBench &vms)
{
    return expect("usage", vms.bench().call([&](Call &call) { return vms.facet<VmStats>().usage(call); })).ok();
}

void countsWhatRuns(Bench &bench)
{
    VmBench vms(bench);
    vms.stopped();
    const QSet<VmId> running{vms.running(), vms.running()};
    QSet<VmId> counted;
    for (const VmUsage &each : usage(vms)) {
        must(!counted.contains(each.vm()), QStringLiteral("usage names a VM twice"));
        counted.insert(each.vm());
        for (const qint64 counter : {each.cpuTimeNanoseconds(), each.memoryBytes(), each.diskReadBytes(),
                                     each.diskWrittenBytes(), each.networkReceivedBytes(), each.networkSentBytes()})
            expect("a counter", counter).isAtLeast(0);
    }
    expect("VMs that usage shows", counted).is(running);
}

void countersGrow(Bench &bench)
{
    VmBench vms(bench);
    vms.running();
    qint64 last = 0;
    for (int look = 0; look < 5; ++look) {
        const QList<VmUsage> now = usage(vms);
        expect("VMs that usage shows", now.size()).is(1);
        expect("CPU time, later,", now.first().cpuTimeNanoseconds()).isAtLeast(last);
        last = now.first().cpuTimeNanoseconds();
        letPass(100ms);
    }
}

Result<UniqueFd> openConsole(VmBench &vms, VmId id)
{
    return vms.bench().call([&](Call &call) { return vms.facet<VmConsole>().openConsole(id, call); });
}

/// Whether the other side has closed @p socket within @p limit; what comes before that is read and dropped.
bool hasEnded(int socket, std::chrono::milliseconds limit)
{
    const auto end = Call::Clock::now() + limit;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Call::Clock::now());
        pollfd ready{socket, POLLIN, 0};
        if (left <= 0ms || ::poll(&ready, 1, int(left.count())) <= 0)
            return false;
        char buffer[512];
        if (::recv(socket, buffer, sizeof buffer, 0) <= 0)
            return true;
    }
}

void opensAConsole(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.running();
    const UniqueFd console = expect("openConsole", openConsole(vms, id)).ok();
    int type = 0;
    socklen_t size = sizeof type;
    must(::getsockopt(console.get(), SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM,
         QStringLiteral("openConsole answers something that is no stream socket"));
    must(!hasEnded(console.get(), 300ms), QStringLiteral("the console of a running VM has ended"));
    expect("powerOff", vms.cutPower(id)).ok();
    must(hasEnded(console.get(), 10s), QStringLiteral("the console has not ended 10 s after its VM"));
}

void handsTheConsoleOver(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.running();
    const UniqueFd first = expect("openConsole", openConsole(vms, id)).ok();
    const UniqueFd second = expect("openConsole while it is open", openConsole(vms, id)).ok();
    must(hasEnded(first.get(), 10s), QStringLiteral("the first console goes on although a second one was opened"));
    must(!hasEnded(second.get(), 300ms), QStringLiteral("the second console has ended, too"));
}

void refusesAConsole(Bench &bench)
{
    VmBench vms(bench);
    expect("openConsole of a stopped VM", openConsole(vms, vms.stopped())).fails(Code::FailedPrecondition);
    expect("openConsole of an unknown id", openConsole(vms, VmId::create())).fails(Code::NotFound);
}

bool isTold(const KitContext &context, VmId id, qsizetype from)
{
    const QList<DriverEvent> events = context.events();
    return std::any_of(events.begin() + from, events.end(), [id](const DriverEvent &event) {
        return (event.kind == DriverEvent::Kind::VmChanged && event.vm == id) ||
               event.kind == DriverEvent::Kind::Resync;
    });
}

/// Types at @p console for a minute and a half at most: nobody tells when the guest is so far up that a shell reads it.
/// The number of events that came while it ran for certain.
qsizetype powerOffFromInside(VmBench &vms, VmId id, int console)
{
    constexpr int attempts = 30;
    qsizetype events = vms.bench().context().events().size();
    for (int attempt = 0; attempt < attempts; ++attempt) {
        const QByteArray command = "\npoweroff\n";
        (void)::send(console, command.constData(), size_t(command.size()), MSG_NOSIGNAL);
        if (hasEnded(console, 3s))
            return events;
        const qsizetype before = vms.bench().context().events().size();
        if (vms.state(id) == VmState::Stopped)
            return events;
        events = before;
    }
    throw RowSkipped{QStringLiteral("no shell at the console of the guest did `poweroff`")};
}

void tellsThatAGuestIsDown(Bench &bench)
{
    VmBench vms(bench);
    const VmSpec spec = vms.bootingSpec();
    expect("create", vms.create(spec)).ok();
    expect("powerOn", vms.powerOn(spec.id())).ok();
    KitContext &context = bench.context();
    const UniqueFd console = expect("openConsole", openConsole(vms, spec.id())).ok();
    const qsizetype before = powerOffFromInside(vms, spec.id(), console.get());
    must(context.waitUntil([&] { return isTold(context, spec.id(), before); }, 2s),
         QStringLiteral("the guest has powered itself off, and 2 s later nobody was told"));
    const VmInfo now = expect("inspect", vms.inspect(spec.id())).ok();
    expect("state", now.state()).is(VmState::Stopped);
    expect("reason of the stop", stateReasonName(now.reason())).is(stateReasonName(StateReason::Guest));
}

Result<void> updateNic(VmBench &vms, VmId id, const NicSource &nic)
{
    return vms.bench().call([&](Call &call) { return vms.facet<VmNicUpdate>().updateNic(id, nic, call); });
}

VmSpec specWithANic(VmBench &vms)
{
    const VmSpec spec = vms.spec();
    if (spec.nics().isEmpty())
        throw RowSkipped{QStringLiteral("attaches no port that the kit can make (kind User)")};
    return spec;
}

void updatesAPort(Bench &bench)
{
    VmBench vms(bench);
    const VmSpec spec = specWithANic(vms);
    expect("create", vms.create(spec)).ok();
    for (int i = 0; i < 10; ++i)
        expect("updateNic of a stopped VM", updateNic(vms, spec.id(), spec.nics().first())).ok();
    expect("powerOn", vms.powerOn(spec.id())).ok();
    expect("updateNic of a running VM, with what it has", updateNic(vms, spec.id(), spec.nics().first()))
        .okOr({Code::FailedPrecondition});
    expect("state after updateNic", vms.state(spec.id())).is(VmState::Running);
}

void refusesUnknownPorts(Bench &bench)
{
    VmBench vms(bench);
    const VmSpec spec = specWithANic(vms);
    expect("create", vms.create(spec)).ok();
    NicSource other = spec.nics().first();
    other.setMac(QStringLiteral("52:54:00:ff:ff:fe"));
    expect("updateNic of an unknown MAC", updateNic(vms, spec.id(), other)).fails(Code::NotFound);
    expect("updateNic of an unknown id", updateNic(vms, VmId::create(), spec.nics().first())).fails(Code::NotFound);
}

} // namespace

Rows facetRows()
{
    return {
        {.name = "pause-and-resume",
         .rule = "pause holds a running VM, resume lets it go on; both may be repeated",
         .where = "ghost/Hypervisor.h, VmPause: \"Paused already: Ok\", \"Running already: Ok\"",
         .run = pausesAndResumes,
         .facet = "VmPause"},
        {.name = "pause-refused",
         .rule = "only a running VM can be paused; unknown ids are NotFound",
         .where = "ghost/Hypervisor.h, VmPause: \"Not running: FailedPrecondition. Unknown id: NotFound\"",
         .run = pausesOnlyWhatRuns,
         .facet = "VmPause"},
        {.name = "stop-paused",
         .rule = "a paused VM can be powered off",
         .where = "ghost/Hypervisor.h, PowerOff::force: \"True: power cut at once\"",
         .run = stopsAPausedVm,
         .facet = "VmPause"},
        {.name = "usage-of-running",
         .rule = "usage shows every running VM once and no other",
         .where = "ghost/Hypervisor.h, VmStats::usage: \"All running VMs at once\"",
         .run = countsWhatRuns,
         .facet = "VmStats"},
        {.name = "usage-grows",
         .rule = "counters never go back",
         .where = "ghost/VmUsage.h: \"Counters of one running VM since its power-on\"",
         .run = countersGrow,
         .facet = "VmStats"},
        {.name = "console-open",
         .rule = "a running VM's console is one end of a stream socket, and ends with the guest",
         .where = "ghost/Hypervisor.h, VmConsole::openConsole: \"One end of a stream socket\"",
         .run = opensAConsole,
         .facet = "VmConsole"},
        {.name = "console-taken",
         .rule = "a second open takes the console from the first",
         .where = "ghost/Hypervisor.h, VmConsole::openConsole: \"A second open takes the console from the first\"",
         .run = handsTheConsoleOver,
         .facet = "VmConsole"},
        {.name = "console-refused",
         .rule = "a stopped VM has no console: FailedPrecondition; unknown ids are NotFound",
         .where = "ghost/Hypervisor.h, VmConsole::openConsole: \"Stopped VM: FailedPrecondition\"",
         .run = refusesAConsole,
         .facet = "VmConsole"},
        {.name = "guest-powers-off",
         .rule = "a guest that powers itself off is told within 2 s, and stopped because the Guest did it",
         .where = "reference/hypervisor.md, Events: \"when a VM changes by itself or by another hand, within 2 s\"",
         .run = tellsThatAGuestIsDown,
         .profile = Profile::Full,
         .facet = "VmConsole",
         .limit = 150s},
        {.name = "nic-update",
         .rule = "updateNic gives a port its target and forwards, and does not disturb a running guest",
         .where = "ghost/Hypervisor.h, VmNicUpdate::updateNic",
         .run = updatesAPort,
         .facet = "VmNicUpdate"},
        {.name = "nic-unknown",
         .rule = "updateNic of an unknown id or MAC is NotFound",
         .where = "ghost/Hypervisor.h, VmNicUpdate::updateNic: \"Unknown id or MAC: NotFound\"",
         .run = refusesUnknownPorts,
         .facet = "VmNicUpdate"},
    };
}

} // namespace ghost::kit
