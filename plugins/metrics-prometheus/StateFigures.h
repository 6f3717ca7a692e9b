// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "Exposition.h"
#include "LiveUsage.h"
#include "ghost/State.h"

namespace ghost::metrics {

/// Ids of the hypervisors that can be asked.
QStringList activeHypervisors(const State &state);

/// Build, warnings, VMs, host, operations under way, plugins.
void addStateFigures(Exposition &page, const State &state);
/// Counters of the VMs that @p state has; a VM that is gone has none, whatever its hypervisor last said.
void addUsageFigures(Exposition &page, const State &state, const std::map<QString, LiveUsage::Answer> &answers);

} // namespace ghost::metrics
