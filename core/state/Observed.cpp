// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "state/Observed.h"

namespace ghost {

namespace {

bool isKnown(VmState state)
{
    return state >= VmState::Stopped && state <= VmState::Unknown;
}

bool isKnown(StateReason reason)
{
    return reason >= StateReason::Unspecified && reason <= StateReason::Lost;
}

bool isKnown(Accelerator accelerator)
{
    return accelerator >= Accelerator::Auto && accelerator <= Accelerator::Tcg;
}

void dropAddress(Vm &vm)
{
    vm.setAddress({});
    vm.setEndpoint({});
}

} // namespace

Vm observed(const Vm &before, const VmInfo &info)
{
    if (!isKnown(info.state()))
        return unknown(before, QStringLiteral("its driver answered with a state that this agent does not know (%1)")
                                   .arg(static_cast<int>(info.state())));
    if (info.state() == VmState::Unknown)
        return unknown(before, QStringLiteral("its driver cannot tell"));
    Vm vm = before;
    const bool runs = info.state() == VmState::Running || info.state() == VmState::Paused;
    if (!runs || info.startedAtMs() != vm.startedAtMs())
        dropAddress(vm);
    vm.setState(info.state());
    vm.setReason(isKnown(info.reason()) ? info.reason() : StateReason::Unspecified);
    vm.setStartedAtMs(runs ? info.startedAtMs() : 0);
    vm.setProblem({});
    if (isKnown(info.accelerator()))
        vm.setAccelerator(info.accelerator());
    return vm;
}

Vm unknown(const Vm &before, const QString &problem)
{
    Vm vm = before;
    vm.setState(VmState::Unknown);
    vm.setReason(StateReason::Unspecified);
    vm.setProblem(problem);
    return vm;
}

Vm lost(const Vm &before, const QString &problem)
{
    Vm vm = before;
    vm.setState(VmState::Failed);
    vm.setReason(StateReason::Lost);
    vm.setProblem(problem);
    vm.setStartedAtMs(0);
    dropAddress(vm);
    return vm;
}

std::optional<Vm> quarantined(const QJsonObject &record, const QString &reason)
{
    Vm vm;
    vm.setId(VmId::fromString(record.value(QStringLiteral("id")).toString()));
    vm.setName(record.value(QStringLiteral("name")).toString());
    if (vm.id().isNull() || vm.name().isEmpty())
        return {};
    vm.setHypervisor(record.value(QStringLiteral("hypervisor")).toString());
    return unknown(vm, QStringLiteral("its record in vms.json cannot be read: %1").arg(reason));
}

} // namespace ghost
