// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

namespace ghost {

class State;

namespace host {

/// The agent in one line of at most 500 characters, for `systemctl status`: `3 VMs, 2 running; network-nat down: …`.
QString statusText(const State &state);

} // namespace host
} // namespace ghost
