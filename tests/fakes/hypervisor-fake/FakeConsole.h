// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <thread>

#include "ghost/Result.h"
#include "ghost/UniqueFd.h"

namespace ghost {

/// A serial console that echoes what is typed, until it is destroyed.
class FakeConsole
{
public:
    /// @p guest: the guest's end of a socket pair.
    explicit FakeConsole(UniqueFd guest);
    ~FakeConsole();

private:
    UniqueFd m_guest;
    std::jthread m_echo;
};

} // namespace ghost
