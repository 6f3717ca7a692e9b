// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QElapsedTimer>

#include "bench/Parallel.h"
#include "bench/Traces.h"
#include "bench/VmBench.h"
#include "rows/Rows.h"

namespace ghost::kit {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

const std::initializer_list<milliseconds> moments{0ms, 1ms, 10ms, 100ms, 1000ms};

/// Runs @p function with a call that is cancelled after @p delay. It must come back soon, as Ok or Cancelled.
template <class Function>
auto cancelledAfter(milliseconds delay, const char *what, Function function)
{
    const auto cancellation = std::make_shared<Cancellation>();
    decltype(function(std::declval<Call &>())) result = Error(Code::Unspecified, QString());
    milliseconds took{0};
    if (delay == 0ms)
        cancellation->cancel();
    inParallel(2, [&](int index) {
        if (index == 1) {
            letPass(delay);
            cancellation->cancel();
            return;
        }
        QElapsedTimer timer;
        timer.start();
        KitCall call(60s, cancellation);
        result = function(call);
        took = milliseconds(timer.elapsed());
    });
    expect(what, took).isAtMost(delay + deadlineGrace);
    expect(what, result).okOr({Code::Cancelled});
    return result;
}

void aCancelledCreateLeavesNothing(Bench &bench)
{
    VmBench vms(bench);
    for (const milliseconds delay : moments) {
        const VmSpec spec = vms.spec();
        const Traces before = Traces::now(bench.room());
        const auto made =
            cancelledAfter(delay, "create that was cancelled", [&](Call &call) { return vms.create(spec, call); });
        if (made)
            continue;
        expect("inspect after a cancelled create", vms.inspect(spec.id())).fails(Code::NotFound);
        expect("list after a cancelled create", vms.listed().contains(spec.id())).is(false);
        expect("files after a cancelled create",
               ofKind(newTracesOnceSettled(before, bench.room()), QStringLiteral("file")))
            .is({});
    }
}

void aCancelledStartLeavesItStopped(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.stopped();
    for (const milliseconds delay : moments) {
        const auto started =
            cancelledAfter(delay, "powerOn that was cancelled", [&](Call &call) { return vms.powerOn(id, call); });
        if (!started)
            expect("state after a cancelled powerOn", vms.state(id)).is(VmState::Stopped);
        expect("powerOff", vms.cutPower(id)).ok();
    }
    expect("powerOn after all that", vms.powerOn(id)).ok();
}

void beginsNothingTooLate(Bench &bench)
{
    VmBench vms(bench);
    const VmSpec spec = vms.spec();
    KitCall late(0ms);
    expect("create with a deadline that is over", vms.create(spec, late)).fails(Code::DeadlineExceeded);
    expect("list after it", vms.listed()).is({});
    expect("create", vms.create(spec)).ok();
    expect("powerOn with a deadline that is over", vms.powerOn(spec.id(), late)).fails(Code::DeadlineExceeded);
    expect("state after it", vms.state(spec.id())).is(VmState::Stopped);
    expect("powerOn", vms.powerOn(spec.id())).ok();
    expect("powerOff with a deadline that is over", vms.powerOff(spec.id(), {.force = true}, late))
        .fails(Code::DeadlineExceeded);
    expect("remove with a deadline that is over", vms.remove(spec.id(), late)).fails(Code::DeadlineExceeded);
    expect("state after both", vms.state(spec.id())).is(VmState::Running);
}

void asksNothingTooLate(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.stopped();
    KitCall late(0ms);
    expect("inspect with a deadline that is over", vms.inspect(id, late)).fails(Code::DeadlineExceeded);
    expect("list with a deadline that is over", vms.list(late)).fails(Code::DeadlineExceeded);
}

void holdsNothingTooLate(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.running();
    KitCall late(0ms);
    const auto paused = contained(bench.subject().metadata.id, [&] { return vms.facet<VmPause>().pause(id, late); });
    expect("pause with a deadline that is over", paused).fails(Code::DeadlineExceeded);
    expect("state after it", vms.state(id)).is(VmState::Running);
}

void updatesNothingTooLate(Bench &bench)
{
    VmBench vms(bench);
    const VmSpec spec = vms.spec();
    if (spec.nics().isEmpty())
        throw RowSkipped{QStringLiteral("attaches no port that the kit can make (kind User)")};
    expect("create", vms.create(spec)).ok();
    KitCall late(0ms);
    const auto updated = contained(bench.subject().metadata.id, [&] {
        return vms.facet<VmNicUpdate>().updateNic(spec.id(), spec.nics().first(), late);
    });
    expect("updateNic with a deadline that is over", updated).fails(Code::DeadlineExceeded);
}

/// Calls with a deadline of 1 ms: they come back within 10 s, and claim nothing that they do not know.
template <class Function>
void hurried(const char *what, Function function)
{
    QElapsedTimer timer;
    timer.start();
    KitCall call(1ms);
    expect(what, function(call)).okOr({Code::DeadlineExceeded, Code::Unavailable});
    expect(what, milliseconds(timer.elapsed())).isAtMost(deadlineGrace);
}

void createKeepsItsDeadline(Bench &bench)
{
    VmBench vms(bench);
    const VmSpec spec = vms.spec();
    hurried("create with a deadline of 1 ms", [&](Call &call) { return vms.create(spec, call); });
    // DeadlineExceeded promises nothing: it may be there or not, and making it now succeeds.
    expect("create after it", vms.create(spec)).ok();
    expect("list", vms.listed()).is({spec.id()});
}

void startAndStopKeepTheirDeadlines(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.stopped();
    hurried("powerOn with a deadline of 1 ms", [&](Call &call) { return vms.powerOn(id, call); });
    expect("powerOn after it", vms.powerOn(id)).ok();
    hurried("polite powerOff with a deadline of 1 ms",
            [&](Call &call) { return vms.powerOff(id, {.force = false, .graceSeconds = 60}, call); });
    expect("powerOff after it", vms.cutPower(id)).ok();
    hurried("remove with a deadline of 1 ms", [&](Call &call) { return vms.remove(id, call); });
    expect("remove after it", vms.remove(id)).ok();
    expect("list", vms.listed()).is({});
}

void aPoliteStopEndsAtItsDeadline(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.running();
    QElapsedTimer timer;
    timer.start();
    KitCall call(1s);
    const auto stopped = vms.powerOff(id, {.force = false, .graceSeconds = 60, .forceAfterGrace = true}, call);
    vms.mustBeDeaf(stopped);
    expect("a polite stop with a deadline of 1 s", stopped).fails(Code::DeadlineExceeded);
    expect("it took", milliseconds(timer.elapsed())).isAtMost(1s + deadlineGrace);
}

} // namespace

Rows interruptionRows()
{
    constexpr const char *cancelled = "ghost/Result.h, Code::Cancelled: \"a promise that nothing is left behind\"";
    constexpr const char *tooLate = "hypervisor.md, Every call: \"when the deadline is over before it begins\"";
    constexpr const char *deadline =
        "ghost/Result.h, Code::DeadlineExceeded: \"says nothing about the outcome\"; kit.md: \"Deadlines\"";
    return {
        {.name = "cancelled-create",
         .rule = "a create that answers Cancelled has left nothing; else it is Ok",
         .where = cancelled,
         .run = aCancelledCreateLeavesNothing},
        {.name = "cancelled-start",
         .rule = "a powerOn that answers Cancelled has left the VM stopped; else it is Ok",
         .where = cancelled,
         .run = aCancelledStartLeavesItStopped},
        {.name = "deadline-over",
         .rule = "a call whose deadline is over before it begins is DeadlineExceeded and does nothing",
         .where = tooLate,
         .run = beginsNothingTooLate},
        {.name = "deadline-over-questions",
         .rule = "an inspect or list whose deadline is over before it begins is DeadlineExceeded",
         .where = tooLate,
         .run = asksNothingTooLate},
        {.name = "deadline-over-pause",
         .rule = "a pause whose deadline is over before it begins is DeadlineExceeded, and the guest runs on",
         .where = tooLate,
         .run = holdsNothingTooLate,
         .facet = "VmPause"},
        {.name = "deadline-over-nic-update",
         .rule = "an updateNic whose deadline is over before it begins is DeadlineExceeded",
         .where = tooLate,
         .run = updatesNothingTooLate,
         .facet = "VmNicUpdate"},
        {.name = "deadline-of-create",
         .rule = "create returns within 10 s of its deadline, and can be repeated",
         .where = deadline,
         .run = createKeepsItsDeadline},
        {.name = "deadline-of-changes",
         .rule = "powerOn, powerOff and remove return within 10 s of their deadlines, and can be repeated",
         .where = deadline,
         .run = startAndStopKeepTheirDeadlines},
        {.name = "deadline-of-polite-stop",
         .rule = "a polite stop ends at its call's deadline, however long the grace",
         .where = "ghost/Call.h, wait: \"the call is cancelled or its deadline is over\"",
         .run = aPoliteStopEndsAtItsDeadline},
    };
}

} // namespace ghost::kit
