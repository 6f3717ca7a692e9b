// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "Domain.h"

namespace ghost {

/// Powers a domain on, with domain.tag in the running guest; its definition stays as it is. Running already: Ok.
///
/// Network cards behind a packet filter start unplugged and are plugged, with their filter, while the guest boots: a
/// filter takes libvirt 0.4 s, which nobody waits for this way. No packet passes before its filter is there.
Result<void> startDomain(OwnDomain &domain);

/// The second half of a start, also of one that an earlier run of the agent left in the middle. Ok when there is
/// nothing to do.
Result<void> plugCards(OwnDomain &domain);

} // namespace ghost
