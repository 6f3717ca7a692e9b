// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include "bench/VmBench.h"
#include "rows/Rows.h"

namespace ghost::kit {

namespace {

using namespace std::chrono_literals;

VmId notedVm(Bench &bench, const QString &key)
{
    const VmId id = VmId::fromString(bench.noted(key));
    must(!id.isNull(), QStringLiteral("the row has lost its notes: a defect of the kit"));
    return id;
}

void makesTwo(Bench &bench)
{
    VmBench vms(bench);
    bench.note(QStringLiteral("one"), vms.stopped(QStringLiteral("one")).toString());
    bench.note(QStringLiteral("two"), vms.stopped(QStringLiteral("two")).toString());
}

void findsTwo(Bench &bench)
{
    VmBench vms(bench);
    const VmId one = notedVm(bench, QStringLiteral("one"));
    const VmId two = notedVm(bench, QStringLiteral("two"));
    expect("list after a restart", vms.listed()).is({one, two});
    expect("state after a restart", vms.state(one)).is(VmState::Stopped);
    expect("powerOn after a restart", vms.powerOn(two)).ok();
    expect("remove after a restart", vms.remove(one)).ok();
    expect("list after a restart and a removal", vms.listed()).is({two});
}

void leavesOneRunning(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.running();
    bench.note(QStringLiteral("vm"), id.toString());
    bench.note(QStringLiteral("started"), QString::number(expect("inspect", vms.inspect(id)).ok().startedAtMs()));
}

void leavesOneRunningAndDies(Bench &bench)
{
    leavesOneRunning(bench);
    bench.die();
}

void findsItRunning(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = notedVm(bench, QStringLiteral("vm"));
    const VmInfo found = expect("inspect after a restart", vms.inspect(id)).ok();
    expect("state after a restart", found.state()).is(VmState::Running);
    expect("startedAtMs after a restart", found.startedAtMs()).is(bench.noted(QStringLiteral("started")).toLongLong());
    expect("powerOff of a guest from before the restart", vms.cutPower(id)).ok();
    expect("state", vms.state(id)).is(VmState::Stopped);
}

/// What the next process needs to make an equal spec.
void noteSpec(Bench &bench, const VmSpec &spec)
{
    bench.note(QStringLiteral("vm"), spec.id().toString());
    bench.note(QStringLiteral("volume"), spec.disks().isEmpty() ? QString() : spec.disks().first().volume().toString());
    bench.note(QStringLiteral("mac"), spec.nics().isEmpty() ? QString() : spec.nics().first().mac());
}

void makesOneAndNotesItsSpec(Bench &bench)
{
    VmBench vms(bench);
    const VmSpec spec = vms.spec();
    expect("create", vms.create(spec)).ok();
    noteSpec(bench, spec);
}

VmSpec specAsBefore(VmBench &vms)
{
    Bench &bench = vms.bench();
    VmSpec spec = vms.spec();
    const VmId id = notedVm(bench, QStringLiteral("vm"));
    spec.setId(id);
    QList<DiskSource> disks = spec.disks();
    if (!disks.isEmpty()) {
        disks.first().setVolume(VolumeId::fromString(bench.noted(QStringLiteral("volume"))));
        disks.first().setPath(QStringLiteral("%1/%2.img").arg(vms.disks(), id.shortString()));
        spec.setDisks(disks);
    }
    QList<NicSource> nics = spec.nics();
    if (!nics.isEmpty()) {
        nics.first().setMac(bench.noted(QStringLiteral("mac")));
        spec.setNics(nics);
    }
    return spec;
}

void knowsTheSpecStill(Bench &bench)
{
    VmBench vms(bench);
    VmSpec spec = specAsBefore(vms);
    expect("create with the same spec after a restart", vms.create(spec)).ok();
    spec.setCpus(spec.cpus() + 1);
    expect("create with another spec after a restart", vms.create(spec)).fails(Code::AlreadyExists);
    expect("list", vms.listed()).is({spec.id()});
}

void dies(Bench &bench, std::chrono::milliseconds after)
{
    VmBench vms(bench);
    const VmSpec spec = vms.spec();
    noteSpec(bench, spec);
    std::thread([&bench, after] {
        letPass(after);
        bench.die();
    }).detach();
    for (;;) {
        expect("create", vms.create(spec)).ok();
        expect("powerOn", vms.powerOn(spec.id())).ok();
        expect("powerOff", vms.cutPower(spec.id())).ok();
        expect("remove", vms.remove(spec.id())).ok();
    }
}

void diesEarly(Bench &bench)
{
    dies(bench, 3ms);
}

void diesLate(Bench &bench)
{
    dies(bench, 700ms);
}

void recovers(Bench &bench)
{
    VmBench vms(bench);
    const VmSpec spec = specAsBefore(vms);
    expect("create of a VM that a kill interrupted", vms.create(spec)).ok();
    expect("powerOn of it", vms.powerOn(spec.id())).ok();
    expect("list", vms.listed()).is({spec.id()});
    expect("remove of it", vms.remove(spec.id())).ok();
}

/// The bench's own end takes away what the first agent made.
struct FirstAgentAgain
{
    Bench &bench;
    ~FirstAgentAgain()
    {
        try {
            bench.stop();
        } catch (const RowFailed &failed) {
            bench.complain(failed.seen);
        }
        bench.becomeFirstAgent();
    }
};

void doesNotSeeAnotherAgentsVms(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.running();
    bench.stop();
    bench.becomeOtherAgent();
    const FirstAgentAgain again{bench}; // also when an expectation fails: it has things to take away
    bench.start();
    expect("list of another agent", vms.listed()).is({});
    expect("inspect of another agent's VM", vms.inspect(id)).fails(Code::NotFound);
    expect("powerOff of another agent's VM", vms.cutPower(id)).fails(Code::NotFound);
    expect("remove of another agent's VM", vms.remove(id)).ok();
    bench.stop();
    bench.becomeFirstAgent();
    bench.start();
    expect("state after another agent tried to stop and remove it", vms.state(id)).is(VmState::Running);
}

} // namespace

Rows restartRows()
{
    constexpr const char *knows = "ghost/Plugin.h, activate: \"After activate a driver again knows every VM, port and "
                                  "disk that it made earlier\"";
    constexpr const char *runOn = "ghost/Plugin.h, deactivate: \"guests go on running\"";
    return {
        {.name = "restart-list",
         .rule = "a new process lists, starts and removes what the old one made",
         .where = knows,
         .run = makesTwo,
         .afterRestart = findsTwo},
        {.name = "restart-spec",
         .rule = "after a restart create still tells the same spec from another",
         .where = knows,
         .run = makesOneAndNotesItsSpec,
         .afterRestart = knowsTheSpecStill},
        {.name = "guest-outlives-deactivate",
         .rule = "a guest runs on over deactivate and the end of the process, and can be stopped by the next",
         .where = runOn,
         .run = leavesOneRunning,
         .afterRestart = findsItRunning},
        {.name = "guest-outlives-kill",
         .rule = "a guest runs on when the process is killed, and can be stopped by the next",
         .where = runOn,
         .run = leavesOneRunningAndDies,
         .afterRestart = findsItRunning},
        {.name = "killed-early",
         .rule = "what a kill interrupted can be made, started and removed by the next process",
         .where = knows,
         .run = diesEarly,
         .afterRestart = recovers},
        {.name = "killed-late",
         .rule = "what a kill interrupted can be made, started and removed by the next process",
         .where = knows,
         .run = diesLate,
         .afterRestart = recovers},
        {.name = "other-agent",
         .rule = "VMs of another agent are neither shown nor touched",
         .where = "ghost/Hypervisor.h: \"Only VMs that carry this agent's id may be shown or touched\"",
         .run = doesNotSeeAnotherAgentsVms},
    };
}

} // namespace ghost::kit
