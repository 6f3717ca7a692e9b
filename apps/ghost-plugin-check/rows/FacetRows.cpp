// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "bench/VmBench.h"
#include "rows/Rows.h"

namespace ghost::kit {

namespace {

using namespace std::chrono_literals;

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

Result<void> updateNic(VmBench &vms, VmId id, const NicSource &nic)
{
    return vms.bench().call([&](Call &call) { return vms.facet<VmNicUpdate>().updateNic(id, nic, call); });
}

VmSpec specWithANic(VmBench &vms)
{
    VmSpec spec = vms.spec();
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
