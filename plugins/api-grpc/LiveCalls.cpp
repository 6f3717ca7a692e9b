// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "LiveCalls.h"

#include <algorithm>

namespace ghost::api {

LiveCall::~LiveCall() = default;

bool LiveCalls::add(const std::shared_ptr<LiveCall> &call)
{
    const std::lock_guard lock(m_mutex);
    m_calls.push_back(call);
    return !m_stopping;
}

void LiveCalls::remove(const LiveCall *call)
{
    std::shared_ptr<LiveCall> last; // its destructor runs without the lock
    const std::lock_guard lock(m_mutex);
    const auto at = std::find_if(m_calls.begin(), m_calls.end(), [&](const auto &item) { return item.get() == call; });
    if (at == m_calls.end())
        return;
    last = std::move(*at);
    m_calls.erase(at);
    m_removed.notify_all();
}

void LiveCalls::stopAll(const Error &reason)
{
    std::vector<std::shared_ptr<LiveCall>> calls;
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
        calls = m_calls;
    }
    for (const auto &call : calls)
        call->stop(reason);
}

bool LiveCalls::waitUntilNone(Call::Clock::time_point deadline)
{
    std::unique_lock lock(m_mutex);
    return m_removed.wait_until(lock, deadline, [this] { return m_calls.empty(); });
}

} // namespace ghost::api
