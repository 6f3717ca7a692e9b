// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/CommandHandler.h"
#include "commands/CreateVmRequest.h"
#include "state/VmRecord.h"

namespace ghost {

/// The record of a new VM with everything that is chosen before the first side effect: its drivers, its image, its
/// options. What does not go together, or is asked for in vain, is refused here. Asks drivers only what they know from
/// memory.
Result<VmRecord> draftVm(const CreateVmRequest &request, const Services &services);

} // namespace ghost
