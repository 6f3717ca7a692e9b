// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/VmInfo.h"

#include <tuple>

#include "NameTable.h"
#include "ValueImpl.h"

namespace ghost {

struct VmInfo::Data : QSharedData
{
    VmId id;
    VmState state = VmState::Unspecified;
    StateReason reason = StateReason::Unspecified;
    qint64 startedAtMs = 0;
    Accelerator accelerator = Accelerator::Unspecified;
    StopMethod stoppedBy = StopMethod::Unspecified;
    QJsonObject pinned;
    GHOST_FIELDS(id, state, reason, startedAtMs, accelerator, stoppedBy, pinned)
};

GHOST_VALUE_IMPL(VmInfo)
GHOST_PROPERTY(VmInfo, VmId, id, setId)
GHOST_PROPERTY(VmInfo, VmState, state, setState)
GHOST_PROPERTY(VmInfo, StateReason, reason, setReason)
GHOST_PROPERTY(VmInfo, qint64, startedAtMs, setStartedAtMs)
GHOST_PROPERTY(VmInfo, Accelerator, accelerator, setAccelerator)
GHOST_PROPERTY(VmInfo, StopMethod, stoppedBy, setStoppedBy)
GHOST_PROPERTY_REF(VmInfo, QJsonObject, pinned, setPinned)

namespace {
constexpr NameTable<8> vmStateNames = {"unspecified", "stopped",  "starting", "running",
                                       "paused",      "stopping", "failed",   "unknown"};
} // namespace

QString vmStateName(VmState value)
{
    return nameIn(vmStateNames, value);
}

VmState vmStateFromName(QStringView name)
{
    return valueIn<VmState>(vmStateNames, name);
}

namespace {
constexpr NameTable<6> stateReasonNames = {"unspecified", "requested", "guest", "crashed", "host", "lost"};
} // namespace

QString stateReasonName(StateReason value)
{
    return nameIn(stateReasonNames, value);
}

namespace {
constexpr NameTable<5> stopMethodNames = {"unspecified", "guest_agent", "acpi", "forced", "already_stopped"};
} // namespace

QString stopMethodName(StopMethod value)
{
    return nameIn(stopMethodNames, value);
}

} // namespace ghost
