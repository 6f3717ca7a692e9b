// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <thread>

#include "ghost/Plugin.h"
#include "ghost/Signal.h"

namespace ghost::host {

/// Publishes what logind announces: that the host is about to sleep, is awake, is about to stop.
///
/// On a thread of its own: opening the system bus and matching a name's owner wait for the bus daemon.
class LogindWatch
{
public:
    explicit LogindWatch(PluginContext &context);
    /// Waits for the thread: at once, unless the bus daemon hangs in the middle of the opening.
    ~LogindWatch();
    LogindWatch(const LogindWatch &) = delete;
    LogindWatch &operator=(const LogindWatch &) = delete;

private:
    void watch();

    PluginContext &m_context;
    Signal m_end;
    std::jthread m_thread; ///< last: it uses everything above
};

} // namespace ghost::host
