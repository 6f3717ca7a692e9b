// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ghost/Call.h>

namespace ghost {

/// Blocks until @p fd is readable or at its end (Raised), @p limit is over (TimedOut), or the call's time is.
Call::Wake waitReadable(int fd, Call &call, std::chrono::milliseconds limit);

/// What is left until @p end, never negative.
std::chrono::milliseconds until(Call::Clock::time_point end);

} // namespace ghost
