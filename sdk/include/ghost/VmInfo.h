// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QJsonObject>

#include "ghost/VmSpec.h"

namespace ghost {

/// What a VM is doing. Unknown is an answer, too: nobody could look.
enum class VmState : int { Unspecified = 0, Stopped, Starting, Running, Paused, Stopping, Failed, Unknown };
GHOST_SDK_EXPORT QString vmStateName(VmState state);
GHOST_SDK_EXPORT VmState vmStateFromName(QStringView name);

/// Why it is in that state.
enum class StateReason : int {
    Unspecified = 0,
    Requested, ///< somebody asked for it through the agent
    Guest,     ///< the guest did it itself (power-off from inside)
    Crashed,   ///< the hypervisor process died or the guest panicked
    Host,      ///< the host or its owner did it (shutdown, `virsh destroy`)
    Lost,      ///< the driver does not know this VM any more
};
GHOST_SDK_EXPORT QString stateReasonName(StateReason reason);

/// What brought a VM down: the answer to a graceful stop.
enum class StopMethod : int { Unspecified = 0, GuestAgent, Acpi, Forced, AlreadyStopped };
GHOST_SDK_EXPORT QString stopMethodName(StopMethod method);

/// A VM as its hypervisor sees it now.
class GHOST_SDK_EXPORT VmInfo
{
    GHOST_VALUE(VmInfo)
public:
    VmId id() const;
    void setId(VmId id);
    VmState state() const;
    void setState(VmState state);
    StateReason reason() const;
    void setReason(StateReason reason);
    /// When the running guest was powered on, milliseconds since the epoch UTC; 0 when not running.
    qint64 startedAtMs() const;
    void setStartedAtMs(qint64 ms);
    /// Kvm or Tcg: what really runs or would run it.
    Accelerator accelerator() const;
    void setAccelerator(Accelerator accelerator);
    /// Set by powerOff only.
    StopMethod stoppedBy() const;
    void setStoppedBy(StopMethod method);
    /// Set by create: choices that must not change for the life of the VM (machine version, CPU model). Opaque to the
    /// core.
    QJsonObject pinned() const;
    void setPinned(const QJsonObject &pinned);
};

} // namespace ghost
