// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include "Exposition.h"

namespace ghost::metrics {

/// What this process takes of the machine, from /proc. What cannot be read is left out.
void addProcessFigures(Exposition &page);

} // namespace ghost::metrics
