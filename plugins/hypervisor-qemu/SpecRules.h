// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ghost/VmSpec.h>

namespace ghost {

/// InvalidArgument with the field, for what no other layer can know to be wrong here. The schema of our options has
/// been checked by the core.
Result<void> checkSpec(const VmSpec &spec);
/// The same for one port; @p field is its place in the request (`nics[0]`).
Result<void> checkNic(const NicSource &nic, const QString &field);

/// Ports and disks stand in the slots of the machine's one bus, without bridges: each bridge costs the guest's boot
/// time.
inline constexpr int maxPortsAndDisks = 25;

} // namespace ghost
