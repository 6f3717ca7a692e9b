// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ghost/Vm.h"

namespace ghost {

/// What may be done to a VM in which state: the one table behind every FailedPrecondition of a VM command.
/// @p command is `StartVM`, `StopVM`, `RestartVM`, `PauseVM`, `ResumeVM`, `DeleteVM`, `SetVMForwards` or `OpenConsole`;
/// @p force as in their requests.
Result<void> checkTransition(const QString &command, const Vm &vm, bool force);

} // namespace ghost
