// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/AgentPlace.h"

namespace ghost::ctl {

/// Which Ghost Cloud is meant: `--cloud`, else GHOST_CLOUD, else the usual one. With certificates only if they are
/// given; without, Unauthenticated where strangers could read along and write.
Result<AgentPlace> cloudPlaceOf(const GlobalOptions &options);

} // namespace ghost::ctl
