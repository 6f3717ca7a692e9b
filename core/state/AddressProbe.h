// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ghost/Call.h"

namespace ghost {

/// Whether a guest answers at an address by now: a lease is there some milliseconds before the guest has taken it.
///
/// Knocks at @p port by TCP; an open door and a refusal are both an answer. Silence until @p limit is none (a guest
/// behind a firewall): then the lease has to do.
bool answers(const QString &ip, int port, std::chrono::milliseconds limit, Call &call);

} // namespace ghost
