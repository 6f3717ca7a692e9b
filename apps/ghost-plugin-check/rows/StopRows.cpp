// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QElapsedTimer>

#include "bench/Parallel.h"
#include "bench/VmBench.h"
#include "rows/Rows.h"

namespace ghost::kit {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr int grace = 2;
/// The grace counts once for each polite way: guest agent and ACPI.
constexpr milliseconds longestPoliteStop = grace * 2s + 10s;

milliseconds sinceStartOf(const QElapsedTimer &timer)
{
    return milliseconds(timer.elapsed());
}

void cutsPowerAtOnce(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.running();
    QElapsedTimer timer;
    timer.start();
    const VmInfo stopped = expect("powerOff", vms.cutPower(id)).ok();
    expect("a forced powerOff took", sinceStartOf(timer)).isAtMost(5s);
    expect("stoppedBy", stopped.stoppedBy()).is(StopMethod::Forced);
}

void waitsForADeafGuest(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.running();
    QElapsedTimer timer;
    timer.start();
    const auto stopped = vms.powerOff(id, {.force = false, .graceSeconds = grace, .forceAfterGrace = false});
    vms.mustBeDeaf(stopped);
    expect("a polite stop of a deaf guest", stopped).fails(Code::FailedPrecondition);
    expect("it took", sinceStartOf(timer)).isAtLeast(grace * 1s);
    expect("it took", sinceStartOf(timer)).isAtMost(longestPoliteStop);
    expect("state after it", vms.state(id)).is(VmState::Running);
}

void forcesAfterTheGrace(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.running();
    QElapsedTimer timer;
    timer.start();
    const auto stopped = vms.powerOff(id, {.force = false, .graceSeconds = grace, .forceAfterGrace = true});
    vms.mustBeDeaf(stopped);
    expect("stoppedBy", expect("powerOff", stopped).ok().stoppedBy()).is(StopMethod::Forced);
    expect("it took", sinceStartOf(timer)).isAtLeast(grace * 1s);
    expect("it took", sinceStartOf(timer)).isAtMost(longestPoliteStop);
    expect("state after it", vms.state(id)).is(VmState::Stopped);
}

void aStopCanBeCalledOff(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.running();
    const auto cancellation = std::make_shared<Cancellation>();
    Result<VmInfo> stopped = Error(Code::Unspecified, QString());
    milliseconds took{0};
    inParallel(2, [&](int index) {
        if (index == 1) {
            letPass(500ms);
            cancellation->cancel();
            return;
        }
        QElapsedTimer timer;
        timer.start();
        KitCall call(60s, cancellation);
        stopped = vms.powerOff(id, {.force = false, .graceSeconds = 30, .forceAfterGrace = true}, call);
        took = sinceStartOf(timer);
    });
    vms.mustBeDeaf(stopped);
    expect("a polite stop that was cancelled", stopped).fails(Code::Cancelled);
    expect("it took", took).isAtMost(5s);
    expect("state after it", vms.state(id)).is(VmState::Running);
}

void staysStoppedForTheRequestedReason(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.running();
    expect("powerOff", vms.cutPower(id)).ok();
    const StateReason reason = expect("inspect", vms.inspect(id)).ok().reason();
    expect("reason of the stop", stateReasonName(reason)).is(stateReasonName(StateReason::Requested));
}

/// Stopped politely, again and again until the guest is far enough up to hear it.
VmInfo stoppedPolitely(VmBench &vms, VmId id)
{
    constexpr int attempts = 12;
    for (int attempt = 1; attempt < attempts; ++attempt) {
        const auto stopped = vms.powerOff(id, {.force = false, .graceSeconds = 5, .forceAfterGrace = false});
        if (expect("a polite stop", stopped).okOr({Code::FailedPrecondition}))
            return *stopped;
    }
    return expect("a polite stop after a minute", vms.powerOff(id, {.force = false, .graceSeconds = 5})).ok();
}

void stopsAGuestThatListens(Bench &bench)
{
    VmBench vms(bench);
    const VmSpec spec = vms.bootingSpec();
    expect("create", vms.create(spec)).ok();
    expect("powerOn", vms.powerOn(spec.id())).ok();
    const StopMethod method = stoppedPolitely(vms, spec.id()).stoppedBy();
    must(method == StopMethod::Acpi || method == StopMethod::GuestAgent,
         QStringLiteral("stoppedBy of a guest that listens: %1").arg(describe(method)));
    expect("state after it", vms.state(spec.id())).is(VmState::Stopped);
}

} // namespace

Rows stopRows()
{
    constexpr const char *powerOff = "ghost/Hypervisor.h, PowerOff";
    return {
        {.name = "power-cut",
         .rule = "powerOff with force cuts the power at once",
         .where = "ghost/Hypervisor.h, PowerOff::force: \"True: power cut at once\"",
         .run = cutsPowerAtOnce},
        {.name = "polite-stop-waits",
         .rule = "a polite stop has patience for graceSeconds, then is FailedPrecondition, and the guest runs on",
         .where = "ghost/Hypervisor.h, PowerOff::forceAfterGrace: \"without it the answer is then FailedPrecondition\"",
         .run = waitsForADeafGuest},
        {.name = "force-after-grace",
         .rule = "with forceAfterGrace the power is cut when the grace is over, not before, and the answer says Forced",
         .where = powerOff,
         .run = forcesAfterTheGrace},
        {.name = "polite-stop-cancelled",
         .rule = "a polite stop hears a cancel while it waits",
         .where = "ghost/Call.h, wait",
         .run = aStopCanBeCalledOff},
        {.name = "stop-reason",
         .rule = "a VM that was stopped through the driver is stopped because it was Requested",
         .where = "ghost/VmInfo.h, StateReason::Requested: \"somebody asked for it through the agent\"",
         .run = staysStoppedForTheRequestedReason},
        {.name = "polite-stop",
         .rule = "a guest that listens is stopped without force",
         .where = "ghost/Hypervisor.h, PowerOff::force: \"False: guest agent, then ACPI\"",
         .run = stopsAGuestThatListens,
         .profile = Profile::Full,
         .limit = std::chrono::seconds(120)},
    };
}

} // namespace ghost::kit
