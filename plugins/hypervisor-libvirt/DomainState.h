// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ghost/VmInfo.h>

namespace ghost {

/// @p state and @p reason as virDomainGetState returns them.
VmState vmStateOf(int state, int reason);
/// @p stopRequested: the last stop came through this agent; libvirt cannot tell.
StateReason stateReasonOf(int state, int reason, bool stopRequested);

} // namespace ghost
