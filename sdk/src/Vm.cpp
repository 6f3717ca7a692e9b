// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/Vm.h"

#include <tuple>

#include "CborFields.h"
#include "NameTable.h"
#include "ValueImpl.h"

namespace ghost {

struct Vm::Data : QSharedData
{
    VmId id;
    QString name;
    DesiredState desired = DesiredState::Unspecified;
    VmState state = VmState::Unspecified;
    StateReason reason = StateReason::Unspecified;
    QString problem;
    int cpus = 0;
    qint64 memoryBytes = 0;
    qint64 diskBytes = 0;
    QString image;
    QString hypervisor;
    QString network;
    Accelerator accelerator = Accelerator::Unspecified;
    QString address;
    QString endpoint;
    qint64 startedAtMs = 0;
    qint64 createdAtMs = 0;
    GHOST_FIELDS(id, name, desired, state, reason, problem, cpus, memoryBytes, diskBytes, image, hypervisor, network,
                 accelerator, address, endpoint, startedAtMs, createdAtMs)
};

GHOST_VALUE_IMPL(Vm)
GHOST_PROPERTY(Vm, VmId, id, setId)
GHOST_PROPERTY_REF(Vm, QString, name, setName)
GHOST_PROPERTY(Vm, DesiredState, desired, setDesired)
GHOST_PROPERTY(Vm, VmState, state, setState)
GHOST_PROPERTY(Vm, StateReason, reason, setReason)
GHOST_PROPERTY_REF(Vm, QString, problem, setProblem)
GHOST_PROPERTY(Vm, int, cpus, setCpus)
GHOST_PROPERTY(Vm, qint64, memoryBytes, setMemoryBytes)
GHOST_PROPERTY(Vm, qint64, diskBytes, setDiskBytes)
GHOST_PROPERTY_REF(Vm, QString, image, setImage)
GHOST_PROPERTY_REF(Vm, QString, hypervisor, setHypervisor)
GHOST_PROPERTY_REF(Vm, QString, network, setNetwork)
GHOST_PROPERTY(Vm, Accelerator, accelerator, setAccelerator)
GHOST_PROPERTY_REF(Vm, QString, address, setAddress)
GHOST_PROPERTY_REF(Vm, QString, endpoint, setEndpoint)
GHOST_PROPERTY(Vm, qint64, startedAtMs, setStartedAtMs)
GHOST_PROPERTY(Vm, qint64, createdAtMs, setCreatedAtMs)

namespace {
constexpr NameTable<3> desiredStateNames = {"unspecified", "stopped", "running"};
} // namespace

QString desiredStateName(DesiredState value)
{
    return nameIn(desiredStateNames, value);
}

QCborMap Vm::toCbor() const
{
    return CborFields()
        .text("id", d->id.toString())
        .text("name", d->name)
        .text("desired", desiredStateName(d->desired))
        .text("state", vmStateName(d->state))
        .text("reason", stateReasonName(d->reason))
        .text("problem", d->problem)
        .number("cpus", d->cpus)
        .number("memory_bytes", d->memoryBytes)
        .number("disk_bytes", d->diskBytes)
        .text("image", d->image)
        .text("hypervisor", d->hypervisor)
        .text("network", d->network)
        .text("accelerator", acceleratorName(d->accelerator))
        .text("address", d->address)
        .text("endpoint", d->endpoint)
        .number("started_at", d->startedAtMs)
        .number("created_at", d->createdAtMs)
        .take();
}

} // namespace ghost
