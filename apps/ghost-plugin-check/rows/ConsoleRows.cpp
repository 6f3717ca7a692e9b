// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <poll.h>
#include <sys/socket.h>

#include "bench/VmBench.h"
#include "rows/Rows.h"

namespace ghost::kit {

namespace {

using namespace std::chrono_literals;

Result<UniqueFd> openConsole(VmBench &vms, VmId id)
{
    return vms.bench().call([&](Call &call) { return vms.facet<VmConsole>().openConsole(id, call); });
}

/// Whether the other side has closed @p socket within @p limit; what comes before that is read, and kept in @p heard.
bool hasEnded(int socket, std::chrono::milliseconds limit, QByteArray *heard = nullptr)
{
    const auto end = Call::Clock::now() + limit;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Call::Clock::now());
        pollfd ready{socket, POLLIN, 0};
        if (left <= 0ms || ::poll(&ready, 1, int(left.count())) <= 0)
            return false;
        char buffer[512];
        const ssize_t size = ::recv(socket, buffer, sizeof buffer, 0);
        if (size <= 0)
            return true;
        if (heard)
            heard->append(buffer, qsizetype(size));
    }
}

/// Cuts the power of the VM and waits for the end of its @p console.
void endsWithItsVm(VmBench &vms, VmId id, int console)
{
    expect("powerOff", vms.cutPower(id)).ok();
    must(hasEnded(console, 10s), QStringLiteral("the console has not ended 10 s after its VM"));
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
    endsWithItsVm(vms, id, console.get());
}

void readsOnWithoutWriting(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.running();
    const UniqueFd console = expect("openConsole", openConsole(vms, id)).ok();
    must(::shutdown(console.get(), SHUT_WR) == 0, QStringLiteral("the console cannot be shut down for writing"));
    must(!hasEnded(console.get(), 500ms),
         QStringLiteral("the console has ended for a reader that only writes no more"));
    expect("state after it", vms.state(id)).is(VmState::Running);
    endsWithItsVm(vms, id, console.get());
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
    QByteArray heard;
    qsizetype events = vms.bench().context().events().size();
    for (int attempt = 0; attempt < attempts; ++attempt) {
        const QByteArray command = "\npoweroff\n";
        (void)::send(console, command.constData(), size_t(command.size()), MSG_NOSIGNAL);
        if (hasEnded(console, 3s, &heard))
            return events;
        const qsizetype before = vms.bench().context().events().size();
        if (vms.state(id) == VmState::Stopped)
            return events;
        events = before;
    }
    // Whoever waits for a login echoes what is typed.
    must(heard.contains("poweroff"), QStringLiteral("what is typed at the console does not reach the guest"));
    throw RowSkipped{QStringLiteral("no shell at the console of the guest did `poweroff`, though it was heard")};
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

} // namespace

Rows consoleRows()
{
    return {
        {.name = "console-open",
         .rule = "a running VM's console is one end of a stream socket, and ends with the guest",
         .where = "ghost/Hypervisor.h, VmConsole::openConsole: \"One end of a stream socket\"",
         .run = opensAConsole,
         .facet = "VmConsole"},
        {.name = "console-half-closed",
         .rule = "a reader of the console that shuts down its writing half may go on reading",
         .where = "hypervisor.md: \"a reader that shuts down its writing half may go on reading\"",
         .run = readsOnWithoutWriting,
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
         .where = "hypervisor.md, Events: \"when a VM changes by itself or by another hand, within 2 s\"",
         .run = tellsThatAGuestIsDown,
         .profile = Profile::Full,
         .facet = "VmConsole",
         .limit = 150s},
    };
}

} // namespace ghost::kit
