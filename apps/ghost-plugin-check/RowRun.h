// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "Outcome.h"
#include "Row.h"
#include "bench/Bench.h"

namespace ghost::kit {

/// Plays one part of a row in this process, and cleans up after it.
Outcome runRow(const Row &row, Bench &bench);

} // namespace ghost::kit
