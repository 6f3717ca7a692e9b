// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QDateTime>
#include <QtCore/QElapsedTimer>

#include "bench/Traces.h"
#include "bench/VmBench.h"
#include "rows/Rows.h"

namespace ghost::kit {

namespace {

using namespace std::chrono_literals;

void capabilitiesMakeSense(Bench &bench)
{
    VmBench vms(bench);
    const Capabilities can = vms.capabilities();
    must(!can.architectures().isEmpty(), QStringLiteral("no architectures"));
    must(!can.accelerators().isEmpty(), QStringLiteral("no accelerators"));
    for (const Accelerator accelerator : can.accelerators())
        must(accelerator == Accelerator::Kvm || accelerator == Accelerator::Tcg,
             QStringLiteral("'%1' (%2) is no accelerator that a VM can have")
                 .arg(acceleratorName(accelerator))
                 .arg(int(accelerator)));
    must(!can.accelerators().contains(Accelerator::Kvm) || can.kvmProblem().isEmpty(),
         QStringLiteral("KVM works, yet there is a problem with it: '%1'").arg(can.kvmProblem()));
    expect("maxCpus", can.maxCpus()).isAtLeast(1);
    must(!can.usesNetwork() || !can.nicKinds().isEmpty(),
         QStringLiteral("uses a network, but can attach no kind of port"));
    for (const NicSource::Kind kind : can.nicKinds())
        must(kind == NicSource::Kind::Bridge || kind == NicSource::Kind::User,
             QStringLiteral("%1 is no kind of port").arg(describe(kind)));
}

void capabilitiesComeAtOnce(Bench &bench)
{
    constexpr int questions = 1000;
    VmBench vms(bench);
    QElapsedTimer timer;
    timer.start();
    for (int i = 0; i < questions; ++i)
        vms.capabilities();
    expect("a thousand times capabilities() took", std::chrono::milliseconds(timer.elapsed())).isAtMost(1000ms);
}

void livesAWholeLife(Bench &bench)
{
    VmBench vms(bench);
    const VmSpec spec = vms.spec();
    expect("state that create answers", expect("create", vms.create(spec)).ok().state()).is(VmState::Stopped);
    expect("state after create", vms.state(spec.id())).is(VmState::Stopped);
    expect("state that powerOn answers", expect("powerOn", vms.powerOn(spec.id())).ok().state()).is(VmState::Running);
    expect("state after powerOn", vms.state(spec.id())).is(VmState::Running);
    expect("state that powerOff answers", expect("powerOff", vms.cutPower(spec.id())).ok().state())
        .is(VmState::Stopped);
    expect("state after powerOff", vms.state(spec.id())).is(VmState::Stopped);
    expect("remove", vms.remove(spec.id())).ok();
    expect("inspect after remove", vms.inspect(spec.id())).fails(Code::NotFound);
}

void answersCarryTheId(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.stopped();
    expect("id that inspect answers", expect("inspect", vms.inspect(id)).ok().id().toString()).is(id.toString());
    expect("id that powerOn answers", expect("powerOn", vms.powerOn(id)).ok().id().toString()).is(id.toString());
    expect("id that powerOff answers", expect("powerOff", vms.cutPower(id)).ok().id().toString()).is(id.toString());
}

void listsExactlyWhatWasMade(Bench &bench)
{
    VmBench vms(bench);
    expect("list before anything was made", vms.listed()).is({});
    const QSet<VmId> made{vms.stopped(QStringLiteral("one")), vms.stopped(QStringLiteral("two")),
                          vms.running(QStringLiteral("three"))};
    expect("list", vms.listed()).is(made);
    const VmId gone = *made.begin();
    expect("remove", vms.remove(gone)).ok();
    expect("list after one was removed", vms.listed()).is(made - QSet<VmId>{gone});
}

void listAgreesWithInspect(Bench &bench)
{
    VmBench vms(bench);
    vms.stopped();
    vms.running();
    for (const VmInfo &listed : expect("list", vms.list()).ok()) {
        const VmInfo inspected = expect("inspect", vms.inspect(listed.id())).ok();
        expect("state in list", listed.state()).is(inspected.state());
        expect("startedAtMs in list", listed.startedAtMs()).is(inspected.startedAtMs());
        expect("accelerator in list", listed.accelerator()).is(inspected.accelerator());
    }
}

void startTimeIsTrue(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.stopped();
    expect("startedAtMs of a stopped VM", expect("inspect", vms.inspect(id)).ok().startedAtMs()).is(0);
    const qint64 before = QDateTime::currentMSecsSinceEpoch();
    expect("powerOn", vms.powerOn(id)).ok();
    const qint64 started = expect("inspect", vms.inspect(id)).ok().startedAtMs();
    // A resolution of one second will do.
    expect("startedAtMs of a running VM", started).isAtLeast(before - 1000);
    expect("startedAtMs of a running VM", started).isAtMost(QDateTime::currentMSecsSinceEpoch() + 1000);
    expect("powerOff", vms.cutPower(id)).ok();
    expect("startedAtMs after powerOff", expect("inspect", vms.inspect(id)).ok().startedAtMs()).is(0);
}

void tellsTheAccelerator(Bench &bench)
{
    VmBench vms(bench);
    const VmSpec spec = vms.spec();
    expect("accelerator that create answers", expect("create", vms.create(spec)).ok().accelerator())
        .is(spec.accelerator());
    expect("powerOn", vms.powerOn(spec.id())).ok();
    expect("accelerator of the running VM", expect("inspect", vms.inspect(spec.id())).ok().accelerator())
        .is(spec.accelerator());
}

/// What this driver cannot do here, first of all KVM: then Auto must not become emulation in silence.
QList<Accelerator> lackingOf(const Capabilities &can)
{
    QList<Accelerator> lacking;
    if (!can.accelerators().contains(Accelerator::Kvm))
        lacking = {Accelerator::Auto, Accelerator::Kvm};
    if (!can.accelerators().contains(Accelerator::Tcg))
        lacking.append(Accelerator::Tcg);
    return lacking;
}

void refusesWhatItCannotDo(Bench &bench)
{
    VmBench vms(bench);
    const QList<Accelerator> lacking = lackingOf(vms.capabilities());
    if (lacking.isEmpty())
        throw RowSkipped{QStringLiteral("has KVM and emulation here, so nothing is to be refused")};
    for (const Accelerator accelerator : lacking) {
        VmSpec spec = vms.spec();
        spec.setAccelerator(accelerator);
        const auto made = vms.create(spec);
        const QString what =
            QStringLiteral("create with accelerator %1, which is not there").arg(describe(accelerator));
        must(!made, what + QStringLiteral(": Ok"));
        expect("create with an accelerator that is not there", made)
            .okOr({Code::FailedPrecondition, Code::Unsupported});
        expect("field of that error", made.error().field()).is(QStringLiteral("accelerator"));
        must(!made.error().hint().isEmpty(), what + QStringLiteral(": the error has no hint"));
        expect("list after it", vms.listed()).is({});
    }
}

void keepsThePinnedMachine(Bench &bench)
{
    VmBench vms(bench);
    VmSpec spec = vms.spec();
    const VmInfo made = expect("create", vms.create(spec)).ok();
    expect("remove", vms.remove(spec.id())).ok();
    spec.setPinned(made.pinned());
    const VmInfo again = expect("create of a VM that was lost, with what was pinned", vms.create(spec)).ok();
    expect("pinned", again.pinned()).is(made.pinned());
    expect("accelerator", again.accelerator()).is(made.accelerator());
}

void removesARunningVm(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.running();
    expect("remove of a running VM", vms.remove(id)).ok();
    expect("inspect after remove", vms.inspect(id)).fails(Code::NotFound);
    expect("list after remove", vms.listed()).is({});
}

/// What the first life brings about may stay: a helper of the driver's own.
void endsTheGuest(Bench &bench)
{
    VmBench vms(bench);
    expect("remove of a running VM", vms.remove(vms.running())).ok();
    const Traces before = Traces::now(bench.room());
    expect("remove of a running VM", vms.remove(vms.running())).ok();
    expect("processes after remove, detached ones, too",
           ofKind(newTracesOnceSettled(before, bench.room()), QStringLiteral("process")))
        .is({});
}

void leavesTheDisks(Bench &bench)
{
    VmBench vms(bench);
    const VmSpec spec = vms.spec();
    if (spec.disks().isEmpty())
        throw RowSkipped{QStringLiteral("its VMs have no disks")};
    expect("create", vms.create(spec)).ok();
    expect("powerOn", vms.powerOn(spec.id())).ok();
    expect("remove", vms.remove(spec.id())).ok();
    const QString path = spec.disks().first().path();
    must(QFile::exists(path), QStringLiteral("the disk %1 is gone").arg(path));
}

} // namespace

Rows lifeRows()
{
    constexpr const char *list = "ghost/Hypervisor.h, list: \"Every VM that carries this agent's id\"";
    return {
        {.name = "capabilities",
         .rule = "capabilities name what can be done here, in known values",
         .where = "ghost/Capabilities.h",
         .run = capabilitiesMakeSense},
        {.name = "capabilities-at-once",
         .rule = "capabilities() answers from memory",
         .where = "ghost/Hypervisor.h, capabilities: \"From memory, at once, any thread\"",
         .run = capabilitiesComeAtOnce},
        {.name = "whole-life",
         .rule = "create makes it stopped, powerOn running, powerOff stopped, remove unknown",
         .where = "ghost/Hypervisor.h, create, powerOn, powerOff, remove",
         .run = livesAWholeLife},
        {.name = "answers-carry-the-id",
         .rule = "every answer names the VM that was asked for",
         .where = "ghost/VmInfo.h: \"A VM as its hypervisor sees it now\"",
         .run = answersCarryTheId},
        {.name = "list-exact",
         .rule = "list shows exactly what was made",
         .where = list,
         .run = listsExactlyWhatWasMade},
        {.name = "list-like-inspect",
         .rule = "list and inspect say the same of a VM",
         .where = list,
         .run = listAgreesWithInspect},
        {.name = "start-time",
         .rule = "startedAtMs is the time of power-on while it runs, else 0",
         .where = "ghost/VmInfo.h, startedAtMs",
         .run = startTimeIsTrue},
        {.name = "accelerator",
         .rule = "a VM runs with the accelerator that was asked for, and says so",
         .where = "ghost/VmInfo.h, accelerator: \"what really runs or would run it\"",
         .run = tellsTheAccelerator},
        {.name = "accelerator-not-there",
         .rule = "without KVM, Auto and Kvm are refused, naming field and way out: never emulation in silence",
         .where = "ghost/VmSpec.h, accelerator: \"A driver asked for Auto never falls to Tcg in silence\"",
         .run = refusesWhatItCannotDo},
        {.name = "pinned-machine",
         .rule = "a VM that is made again with what was pinned has the same machine",
         .where = "ghost/VmSpec.h, pinned: \"so that the guest sees the same machine for life\"",
         .run = keepsThePinnedMachine},
        {.name = "remove-running",
         .rule = "remove cuts the power of a running VM",
         .where = "ghost/Hypervisor.h, remove: \"cutting its power if need be\"",
         .run = removesARunningVm},
        {.name = "remove-ends-guest",
         .rule = "remove of a running VM leaves no process of its guest, however detached that is",
         .where = "ghost/Hypervisor.h, remove: \"cutting its power if need be\"",
         .run = endsTheGuest},
        {.name = "disks-stay",
         .rule = "remove leaves the disks alone",
         .where = "ghost/Hypervisor.h, remove: \"Its disks are not the hypervisor's\"",
         .run = leavesTheDisks},
    };
}

} // namespace ghost::kit
