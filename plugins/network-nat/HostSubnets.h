// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "SubnetChooser.h"

namespace ghost::nat {

/// The networks that this host reaches by a route or has an address in, from the kernel (rtnetlink). All routing
/// tables: Tailscale and wg-quick keep theirs out of the main one. Default routes, whole or in halves, are nobody's
/// network.
Result<QList<SubnetHolder>> readHostSubnets();

} // namespace ghost::nat
