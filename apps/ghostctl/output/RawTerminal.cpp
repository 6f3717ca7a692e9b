// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "output/RawTerminal.h"

#include <mutex>
#include <optional>
#include <termios.h>
#include <unistd.h>

namespace ghost::ctl {
namespace {

std::mutex guard;
std::optional<termios> before;

} // namespace

RawTerminal::RawTerminal()
{
    termios now{};
    if (::tcgetattr(STDIN_FILENO, &now) != 0)
        return;
    m_terminal = true;
    const std::scoped_lock lock(guard);
    before = now;
    ::cfmakeraw(&now);
    ::tcsetattr(STDIN_FILENO, TCSADRAIN, &now);
}

RawTerminal::~RawTerminal()
{
    putBack();
}

void RawTerminal::putBack()
{
    const std::scoped_lock lock(guard);
    if (before)
        ::tcsetattr(STDIN_FILENO, TCSADRAIN, &*before);
    before.reset();
}

} // namespace ghost::ctl
