// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "DeadlineWatch.h"

#include <algorithm>

namespace ghost {

DeadlineWatch::DeadlineWatch(std::function<void(OperationId)> overdue)
    : m_overdue(std::move(overdue))
    , m_thread([this](const std::stop_token &stop) { run(stop); })
{}

void DeadlineWatch::watch(OperationId operation, Clock::time_point end)
{
    const std::scoped_lock lock(m_mutex);
    const auto at = m_ends.emplace(end, operation);
    if (at == m_ends.begin())
        m_changed.notify_one();
}

void DeadlineWatch::forget(OperationId operation)
{
    const std::scoped_lock lock(m_mutex);
    std::erase_if(m_ends, [&](const auto &entry) { return entry.second == operation; });
}

void DeadlineWatch::run(const std::stop_token &stop)
{
    std::unique_lock lock(m_mutex);
    while (!stop.stop_requested()) {
        if (m_ends.empty()) {
            m_changed.wait(lock, stop, [this] { return !m_ends.empty(); });
            continue;
        }
        const auto [end, operation] = *m_ends.begin();
        if (Clock::now() < end) {
            m_changed.wait_until(lock, stop, end,
                                 [&, first = end] { return m_ends.empty() || m_ends.begin()->first < first; });
            continue;
        }
        m_ends.erase(m_ends.begin());
        lock.unlock();
        m_overdue(operation);
        lock.lock();
    }
}

} // namespace ghost
