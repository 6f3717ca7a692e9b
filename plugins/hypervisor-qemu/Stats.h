// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ghost/VmUsage.h>

#include "VmTable.h"

namespace ghost {

/// Counters of all VMs that are on, asked at once and waited for together. A VM whose QEMU does not answer is left out:
/// counters of which half is missing would look like a restart.
Result<QList<VmUsage>> usageOf(const VmTable &vms, Call &call);

/// The disks' part, from the answer to query-blockstats.
void addDiskCounters(VmUsage &usage, const QJsonValue &blockStatistics);

} // namespace ghost
