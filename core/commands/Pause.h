// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/CommandHandler.h"
#include "ghost/Hypervisor.h"

// What PauseVmHandler and ResumeVmHandler share. What the owner wants of the VM stays as it is: a paused one is to run,
// and keeps what it was promised.

namespace ghost {

/// Checks the fields, that its hypervisor can pause, and the transition table.
Result<Admission> admitPause(const Command &command, const Services &services);

/// The one step, named @p step, that calls @p change of the VM's hypervisor and takes over what it answers.
Result<QCborMap> runPause(const QString &step, Result<VmInfo> (VmPause::*change)(VmId, Call &),
                          const Services &services, Work &work);

} // namespace ghost
