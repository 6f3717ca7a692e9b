// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <thread>

#include "ghost/Call.h"

namespace ghost {

/// As a library does that knows no deadlines.
inline void sleepDeaf(std::chrono::milliseconds time)
{
    std::this_thread::sleep_for(time);
}

/// A row that gives calls too little time finds somebody who takes what he needs.
inline void overstay(const Call &call)
{
    if (call.remaining() < std::chrono::seconds(1))
        sleepDeaf(std::chrono::seconds(11));
}

} // namespace ghost
