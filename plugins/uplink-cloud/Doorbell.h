// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

namespace ghost::uplink {

/// For who waits for a ring and nothing else: so long that it does not matter, and yet a bound.
inline constexpr std::chrono::milliseconds untilWhenever = std::chrono::hours(1);

/// Wakes the one thread that waits at it. A ring is remembered until somebody has waited.
class Doorbell
{
public:
    void ring()
    {
        {
            const std::lock_guard lock(m_mutex);
            m_rung = true;
        }
        m_changed.notify_all();
    }
    /// Until it is rung, @p limit is over or @p stop is requested. True: it was rung.
    bool wait(const std::stop_token &stop, std::chrono::milliseconds limit)
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait_for(lock, stop, limit, [this] { return m_rung; });
        return std::exchange(m_rung, false);
    }

private:
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    bool m_rung = false;
};

} // namespace ghost::uplink
