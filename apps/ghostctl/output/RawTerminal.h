// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ghost::ctl {

/// While it lives, the terminal on standard input passes every key on as it is: no echo, no lines, no Ctrl-C. Does
/// nothing if standard input is no terminal. One at a time.
class RawTerminal
{
public:
    RawTerminal();
    ~RawTerminal();
    RawTerminal(const RawTerminal &) = delete;
    RawTerminal &operator=(const RawTerminal &) = delete;

    bool isTerminal() const { return m_terminal; }

    /// Puts the terminal back to what it was, from any thread, for an end that runs no destructor.
    static void putBack();

private:
    bool m_terminal = false;
};

} // namespace ghost::ctl
