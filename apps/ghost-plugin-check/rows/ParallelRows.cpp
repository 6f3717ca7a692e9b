// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>

#include "bench/Parallel.h"
#include "bench/VmBench.h"
#include "rows/Rows.h"

namespace ghost::kit {

namespace {

using namespace std::chrono_literals;

void createsManyAtOnce(Bench &bench)
{
    constexpr int count = 20;
    VmBench vms(bench);
    std::vector<VmSpec> specs;
    QSet<VmId> ids;
    for (int i = 0; i < count; ++i) {
        specs.push_back(vms.spec(QStringLiteral("kit-%1").arg(i)));
        ids.insert(specs.back().id());
    }
    inParallel(count, [&](int i) { expect("create beside 19 others", vms.create(specs[size_t(i)])).ok(); });
    expect("list", vms.listed()).is(ids);
    inParallel(count, [&](int i) { expect("remove beside 19 others", vms.remove(specs[size_t(i)].id())).ok(); });
    expect("list after all were removed", vms.listed()).is({});
}

void livesSeveralLivesAtOnce(Bench &bench)
{
    VmBench vms(bench);
    inParallel(4, [&](int i) {
        const VmId id = vms.running(QStringLiteral("kit-%1").arg(i));
        expect("state", vms.state(id)).is(VmState::Running);
        expect("powerOff", vms.cutPower(id)).ok();
        expect("state", vms.state(id)).is(VmState::Stopped);
        expect("remove", vms.remove(id)).ok();
    });
}

void answersQuestionsDuringChanges(Bench &bench)
{
    VmBench vms(bench);
    const VmSpec spec = vms.spec();
    const VmId bystander = vms.stopped(QStringLiteral("bystander"));
    std::atomic_bool over = false;
    inParallel(4, [&](int index) {
        if (index > 0) {
            do {
                const auto info = vms.inspect(spec.id());
                if (expect("inspect during a change", info).okOr({Code::NotFound}))
                    must(info->state() != VmState::Unspecified, QStringLiteral("inspect during a change: no state"));
                must(vms.listed().contains(bystander), QStringLiteral("list during a change misses another VM"));
                vms.capabilities();
            } while (!over);
            return;
        }
        try {
            for (int round = 0; round < 3; ++round) {
                expect("create", vms.create(spec)).ok();
                expect("powerOn", vms.powerOn(spec.id())).ok();
                expect("powerOff", vms.cutPower(spec.id())).ok();
                expect("remove", vms.remove(spec.id())).ok();
            }
        } catch (...) {
            over = true;
            throw;
        }
        over = true;
    });
}

void aWaitHoldsUpNobody(Bench &bench)
{
    VmBench vms(bench);
    const VmId deaf = vms.running(QStringLiteral("deaf"));
    std::chrono::milliseconds took{0};
    inParallel(2, [&](int index) {
        if (index == 0) {
            (void)vms.powerOff(deaf, {.force = false, .graceSeconds = 4, .forceAfterGrace = true});
            return;
        }
        const auto begin = Call::Clock::now();
        expect("inspect of the VM that is being stopped", vms.inspect(deaf)).ok();
        const VmId other = vms.running(QStringLiteral("other"));
        expect("powerOff of another VM", vms.cutPower(other)).ok();
        took = std::chrono::duration_cast<std::chrono::milliseconds>(Call::Clock::now() - begin);
    });
    expect("a question and another VM's life, while one waited for its guest, took", took).isAtMost(3500ms);
}

void namesOnlyItsOwn(Bench &bench)
{
    VmBench vms(bench);
    const QSet<VmId> own{vms.running(), vms.running()};
    for (const VmId &id : own)
        expect("powerOff", vms.cutPower(id)).ok();
    letPass(500ms);
    for (const DriverEvent &event : bench.context().events()) {
        const bool aboutVm =
            event.kind == DriverEvent::Kind::VmChanged || event.kind == DriverEvent::Kind::AddressChanged;
        must(aboutVm || event.kind == DriverEvent::Kind::Resync,
             QStringLiteral("an event of kind %1, which no hypervisor publishes").arg(int(event.kind)));
        must(!aboutVm || own.contains(event.vm),
             QStringLiteral("an event about %1, which is not its VM").arg(event.vm.toString()));
        must(aboutVm || event.vm.isNull(), QStringLiteral("a Resync that names a VM"));
    }
}

} // namespace

Rows parallelRows()
{
    constexpr const char *rules =
        "ghost/Hypervisor.h: \"Changing calls for one VM never overlap, for different VMs they do\"";
    constexpr const char *questions = "ghost/Hypervisor.h: \"questions come at any time from any thread\"";
    return {
        {.name = "twenty-creates", .rule = "twenty VMs can be made at once", .where = rules, .run = createsManyAtOnce},
        {.name = "parallel-lives",
         .rule = "different VMs are made, started, stopped and removed at the same time",
         .where = rules,
         .run = livesSeveralLivesAtOnce},
        {.name = "questions-during-changes",
         .rule = "inspect, list and capabilities answer while a VM is being changed",
         .where = questions,
         .run = answersQuestionsDuringChanges},
        {.name = "wait-holds-up-nobody",
         .rule = "while one VM's guest is waited for, questions and other VMs go on",
         .where = rules,
         .run = aWaitHoldsUpNobody},
        {.name = "events-own-vms",
         .rule = "events name VMs that the driver made, and are of the kinds for VMs",
         .where = "ghost/Plugin.h, DriverEvent",
         .run = namesOnlyItsOwn},
    };
}

} // namespace ghost::kit
