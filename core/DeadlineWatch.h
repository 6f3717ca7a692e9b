// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "ghost/Ids.h"

namespace ghost {

/// Tells of operations whose time is over. Sleeps until the next of them, and not at all while there is none.
class DeadlineWatch
{
public:
    using Clock = std::chrono::steady_clock;

    /// @p overdue is called on the watch's own thread, once for each operation.
    explicit DeadlineWatch(std::function<void(OperationId)> overdue);

    void watch(OperationId operation, Clock::time_point end);
    /// Told already, or being told now: nothing.
    void forget(OperationId operation);

private:
    void run(const std::stop_token &stop);

    const std::function<void(OperationId)> m_overdue;
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::multimap<Clock::time_point, OperationId> m_ends;
    std::jthread m_thread; ///< last: it uses everything above
};

} // namespace ghost
