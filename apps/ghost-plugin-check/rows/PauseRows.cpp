// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "bench/VmBench.h"
#include "rows/Rows.h"

namespace ghost::kit {

namespace {

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

void staysPausedWhenStarted(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.running();
    expect("pause", pause(vms, id)).ok();
    expect("state that powerOn of a paused VM answers", expect("powerOn", vms.powerOn(id)).ok().state())
        .is(VmState::Paused);
    expect("state after it", vms.state(id)).is(VmState::Paused);
}

void aPausedGuestIsDeaf(Bench &bench)
{
    VmBench vms(bench);
    const VmId id = vms.running();
    expect("pause", pause(vms, id)).ok();
    expect("a polite stop of a paused VM", vms.powerOff(id, {.force = false, .graceSeconds = 1}))
        .fails(Code::FailedPrecondition);
    expect("state after it", vms.state(id)).is(VmState::Paused);
    const VmInfo stopped = expect("a stop of a paused VM with forceAfterGrace",
                                  vms.powerOff(id, {.force = false, .graceSeconds = 1, .forceAfterGrace = true}))
                               .ok();
    expect("stoppedBy", stopped.stoppedBy()).is(StopMethod::Forced);
    expect("state after it", vms.state(id)).is(VmState::Stopped);
}

} // namespace

Rows pauseRows()
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
        {.name = "start-paused",
         .rule = "powerOn of a paused VM is Ok, and it stays paused",
         .where = "ghost/Hypervisor.h, powerOn: \"Paused: Ok, and it stays paused\"",
         .run = staysPausedWhenStarted,
         .facet = "VmPause"},
        {.name = "polite-stop-paused",
         .rule = "a paused guest hears no polite stop: FailedPrecondition, and it stays paused; forceAfterGrace cuts",
         .where = "ghost/Hypervisor.h, powerOff: \"it stays paused unless the power is to be cut\"",
         .run = aPausedGuestIsDeaf,
         .facet = "VmPause"},
    };
}

} // namespace ghost::kit
