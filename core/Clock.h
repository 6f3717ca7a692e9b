// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include <QtCore/QtGlobal>

namespace ghost {

/// Wall clock for people and records, milliseconds since the epoch UTC. Deadlines use std::chrono::steady_clock.
inline qint64 nowMs()
{
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

} // namespace ghost
