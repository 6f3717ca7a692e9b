// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ghost/VmInfo.h>

namespace ghost {

/// QEMU's run state (`status` of query-status) in our words.
VmState vmStateOf(const QString &runState);
/// Crashed for the states of a guest that cannot go on, else Unspecified.
StateReason stateReasonOf(const QString &runState);
/// The guest has powered itself off, and QEMU waits to be told to go. (It is started with `-action shutdown=pause`, so
/// that a guest's own end is not lost when the agent is away.)
bool isOver(const QString &runState);

} // namespace ghost
