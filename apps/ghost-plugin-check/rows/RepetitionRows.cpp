// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "bench/VmBench.h"
#include "rows/Rows.h"

namespace ghost::kit {

namespace {

using namespace std::chrono_literals;

constexpr int times = 10;

void createsOnce(Bench &bench)
{
    VmBench vms(bench);
    const VmSpec spec = vms.spec();
    const VmInfo first = expect("create", vms.create(spec)).ok();
    for (int i = 1; i < times; ++i)
        expect("create again", expect("create again", vms.create(spec)).ok()).is(first);
    expect("list", vms.listed()).is({spec.id()});
}

void createOfARunningVmIsOk(Bench &bench)
{
    VmBench vms(bench);
    const VmSpec spec = vms.spec();
    expect("create", vms.create(spec)).ok();
    const VmInfo running = expect("powerOn", vms.powerOn(spec.id())).ok();
    const VmInfo again = expect("create of a running VM", vms.create(spec)).ok();
    expect("state", again.state()).is(VmState::Running);
    expect("startedAtMs", again.startedAtMs()).is(running.startedAtMs());
}

void refusesAnotherSpec(Bench &bench)
{
    VmBench vms(bench);
    const VmSpec spec = vms.spec();
    expect("create", vms.create(spec)).ok();
    VmSpec other = spec;
    other.setCpus(spec.cpus() + 1);
    expect("create with other cpus", vms.create(other)).fails(Code::AlreadyExists);
    other = spec;
    other.setMemoryBytes(2 * spec.memoryBytes());
    expect("create with other memory", vms.create(other)).fails(Code::AlreadyExists);
    // The refused ones have changed nothing.
    expect("create with the first spec", vms.create(spec)).ok();
}

void takesNewPlaces(Bench &bench)
{
    VmBench vms(bench);
    VmSpec spec = vms.spec();
    if (spec.disks().isEmpty())
        throw RowSkipped{QStringLiteral("its VMs have no disks")};
    expect("create", vms.create(spec)).ok();
    DiskSource disk = spec.disks().first();
    const QString moved = disk.path().chopped(4) + QStringLiteral("-moved.img");
    must(QFile::rename(disk.path(), moved), QStringLiteral("cannot move %1").arg(disk.path()));
    disk.setPath(moved);
    spec.setDisks({disk});
    expect("create of a stopped VM with its disk elsewhere", vms.create(spec)).ok();
    expect("powerOn with the disk at its new place", vms.powerOn(spec.id())).ok();
}

void startsOnce(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.stopped();
    const qint64 started = expect("powerOn", vms.powerOn(id)).ok().startedAtMs();
    for (int i = 1; i < times; ++i) {
        const VmInfo again = expect("powerOn of a running VM", vms.powerOn(id)).ok();
        expect("state", again.state()).is(VmState::Running);
        expect("startedAtMs, which a second start would change,", again.startedAtMs()).is(started);
    }
}

void stopsOnce(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.running();
    expect("stoppedBy", expect("powerOff", vms.cutPower(id)).ok().stoppedBy()).is(StopMethod::Forced);
    for (int i = 1; i < times; ++i) {
        const VmInfo again =
            expect("powerOff of a stopped VM", vms.powerOff(id, {.force = i % 2 == 0, .graceSeconds = 1})).ok();
        expect("state", again.state()).is(VmState::Stopped);
        expect("stoppedBy", again.stoppedBy()).is(StopMethod::AlreadyStopped);
    }
}

void removesOnce(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.stopped();
    for (int i = 0; i < times; ++i)
        expect("remove", vms.remove(id)).ok();
    expect("remove of an id that was never seen", vms.remove(VmId::create())).ok();
}

void takesAVmBackAfterItsRemoval(Bench &bench)
{
    VmBench vms(bench);
    const VmSpec spec = vms.spec();
    for (int i = 0; i < 3; ++i) {
        expect("create", vms.create(spec)).ok();
        expect("remove", vms.remove(spec.id())).ok();
    }
    VmSpec other = spec;
    other.setCpus(2);
    expect("create with another spec after the removal", vms.create(other)).ok();
}

void saysNothingWhenNothingHappens(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.running();
    const auto told = [&] { return !bench.context().events().isEmpty(); };
    bench.context().waitUntil(told, 500ms); // what the start itself brings about
    letPass(300ms);
    bench.context().forgetEvents();
    for (int i = 0; i < times; ++i)
        expect("powerOn of a running VM", vms.powerOn(id)).ok();
    must(!bench.context().waitUntil(told, 500ms), QStringLiteral("powerOn of a running VM published an event"));
}

} // namespace

Rows repetitionRows()
{
    constexpr const char *create = "ghost/Hypervisor.h, create: \"Known id and spec equal in kind: Ok\"";
    return {
        {.name = "create-ten-times",
         .rule = "create of a known id with the same spec is Ok, and there is still one VM",
         .where = create,
         .run = createsOnce},
        {.name = "create-running",
         .rule = "create of a running VM with the same spec is Ok and does not disturb it",
         .where = create,
         .run = createOfARunningVmIsOk},
        {.name = "create-other-spec",
         .rule = "create of a known id with another spec is AlreadyExists and changes nothing",
         .where = "ghost/Hypervisor.h, create: \"Known id, other spec: AlreadyExists\"",
         .run = refusesAnotherSpec},
        {.name = "create-new-places",
         .rule = "create of a stopped VM takes new places of its disks",
         .where = "ghost/VmSpec.h: \"takes the new places (a data folder may have moved)\"",
         .run = takesNewPlaces},
        {.name = "start-ten-times",
         .rule = "powerOn of a running VM is Ok and starts nothing",
         .where = "ghost/Hypervisor.h, powerOn: \"Running already: Ok, no event\"",
         .run = startsOnce},
        {.name = "stop-ten-times",
         .rule = "powerOff of a stopped VM is Ok with AlreadyStopped",
         .where = "ghost/Hypervisor.h, powerOff: \"Stopped already: Ok with AlreadyStopped\"",
         .run = stopsOnce},
        {.name = "remove-ten-times",
         .rule = "remove of an unknown id is Ok",
         .where = "ghost/Hypervisor.h, remove: \"Unknown id: Ok\"",
         .run = removesOnce},
        {.name = "create-after-remove",
         .rule = "nothing of a removed VM stands in the way of a new one with its id",
         .where = "ghost/Hypervisor.h, remove: \"Forgets the VM\"",
         .run = takesAVmBackAfterItsRemoval},
        {.name = "no-needless-event",
         .rule = "a call that changes nothing publishes nothing",
         .where = "ghost/Hypervisor.h, powerOn: \"Running already: Ok, no event\"",
         .run = saysNothingWhenNothingHappens},
    };
}

} // namespace ghost::kit
