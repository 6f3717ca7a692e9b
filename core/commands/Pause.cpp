// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/Pause.h"

#include "commands/Facet.h"
#include "commands/Power.h"
#include "state/StateStore.h"
#include "state/Transitions.h"

namespace ghost {

namespace {

Result<VmPause *> pauseOf(const Driver<Hypervisor> &hypervisor)
{
    return facetOf<VmPause>(hypervisor, QStringLiteral("cannot pause VMs"));
}

} // namespace

Result<Admission> admitPause(const Command &command, const Services &services)
{
    Arguments arguments(command.arguments());
    const QString name = arguments.text(QStringLiteral("vm"));
    if (const auto ok = arguments.finish(); !ok)
        return ok.error();
    const auto vm = findVm(name, services.store);
    if (!vm)
        return vm.error();
    const auto hypervisor = services.drivers.hypervisor(vm->hypervisor());
    if (!hypervisor)
        return hypervisor.error();
    if (const auto pause = pauseOf(*hypervisor); !pause)
        return pause.error();
    return admitVm(command.name(), name, false, services);
}

Result<QCborMap> runPause(const QString &step, Result<VmInfo> (VmPause::*change)(VmId, Call &),
                          const Services &services, Work &work)
{
    const auto vm = services.store.state()->vm(work.vm);
    if (!vm)
        return Error(Code::NotFound, QStringLiteral("the VM is gone"));
    // Once more: an earlier command in its queue may have changed it. After a kill it may have happened already.
    if (const auto allowed = checkTransition(work.command.name(), *vm, false); !allowed && !work.steps.isRepetition())
        return allowed.error();
    const auto hypervisor = services.drivers.hypervisor(vm->hypervisor());
    if (!hypervisor)
        return hypervisor.error();
    const auto pause = pauseOf(*hypervisor);
    if (!pause)
        return pause.error();

    const auto changed = work.steps.run(step, [&](Call &call) -> Result<void> {
        const auto info = ((*pause)->*change)(work.vm, call);
        if (!info)
            return info.error().within(hypervisor->plugin);
        services.store.observe(*info);
        return {};
    });
    return changed ? Result<QCborMap>(vmResult(work.vm, services)) : changed.error();
}

} // namespace ghost
