// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <thread>

#include "ghost/UniqueFd.h"

namespace ghost::ctl {

/// Ctrl-C and SIGTERM as a stop token, read by a thread of its own: no code of ours runs in a signal handler.
/// The second of them ends the program at once, as SIGHUP and SIGQUIT do at the first; the terminal is put back before.
/// Make it before any other thread: they inherit the blocked signals.
class Interrupts
{
public:
    Interrupts();
    ~Interrupts();
    Interrupts(const Interrupts &) = delete;
    Interrupts &operator=(const Interrupts &) = delete;

    /// Stopped by the first interrupt. A std::stop_callback on it runs on the thread of the signals: it must not wait.
    std::stop_token token() const { return m_source.get_token(); }
    bool interrupted() const { return m_source.stop_requested(); }

private:
    void watch();

    std::stop_source m_source;
    UniqueFd m_signals;
    UniqueFd m_end;
    std::thread m_thread;
};

} // namespace ghost::ctl
