// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <thread>

#include "ghost/Result.h"
#include "ghost/UniqueFd.h"

namespace ghost {

/// A serial console that echoes what is typed, until it is destroyed, or `poweroff` is typed.
class FakeConsole
{
public:
    /// @p guest: the guest's end of a socket pair. @p poweredOff is called on a thread of its own, for which the
    /// destructor waits.
    FakeConsole(UniqueFd guest, std::function<void()> poweredOff);
    ~FakeConsole();

private:
    void echo();

    UniqueFd m_guest;
    const std::function<void()> m_poweredOff;
    std::jthread m_echo;
};

} // namespace ghost
