// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QCborMap>

#include "commands/VmParts.h"
#include "ghost/Hypervisor.h"

// What the handlers that switch a VM on or off share.

namespace ghost {

/// Powers on and takes over what the driver answers.
Result<void> powerOn(VmParts &parts, const Services &services, Call &call);

/// Powers off and takes over what the driver answers; the method that worked.
Result<StopMethod> powerOff(VmParts &parts, const PowerOff &how, const Services &services, Call &call);

/// The step that powers off, as StopVM and RestartVM take it; the method that worked.
Result<StopMethod> powerOffStep(VmParts &parts, const PowerOff &how, const Services &services, Work &work);

/// The step that waits for an address of this power-on. None by the end of the operation's time is a note, not a
/// failure: the guest runs, and it may not use DHCP.
Result<void> waitForAddress(VmParts &parts, bool noWait, const Services &services, Work &work);

/// The same for a VM that keeps running whatever happens to the operation: a cancel, and no time left at all, are
/// notes, too.
Result<void> waitForAddressWhileWanted(VmParts &parts, bool noWait, const Services &services, Work &work);

/// `vm` of OperationResult, as it is now.
QCborMap vmResult(VmId vm, const Services &services);

/// The VM that @p nameOrId means. NotFound if there is none.
Result<Vm> findVm(const QString &nameOrId, const StateStore &store);

/// The start of every command about an existing VM: finds it, checks the transition table, and that its driver is
/// active.
Result<Admission> admitVm(const QString &command, const QString &nameOrId, bool force, const Services &services);

} // namespace ghost
