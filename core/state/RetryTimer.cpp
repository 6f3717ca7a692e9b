// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "state/RetryTimer.h"

#include <algorithm>

namespace ghost {

RetryTimer::RetryTimer(std::function<void(const Question &)> due)
    : RetryTimer(std::move(due), Pauses())
{}

RetryTimer::RetryTimer(std::function<void(const Question &)> due, Pauses pauses)
    : m_due(std::move(due))
    , m_pauses(pauses)
    , m_thread([this](const std::stop_token &stop) { run(stop); })
{}

void RetryTimer::failed(const Question &question)
{
    const std::scoped_lock lock(m_mutex);
    Retry &retry = m_retries[question];
    if (retry.due)
        return;
    retry.pause = std::clamp(retry.pause * 2, m_pauses.first, m_pauses.longest);
    retry.due = Clock::now() + retry.pause;
    m_isChanged = true;
    m_changed.notify_one();
}

void RetryTimer::settled(const Question &question)
{
    const std::scoped_lock lock(m_mutex);
    m_retries.erase(question);
}

// The caller holds m_mutex.
std::map<RetryTimer::Question, RetryTimer::Retry>::iterator RetryTimer::next()
{
    const auto isSooner = [](const auto &left, const auto &right) {
        return left.second.due && (!right.second.due || *left.second.due < *right.second.due);
    };
    const auto first = std::min_element(m_retries.begin(), m_retries.end(), isSooner);
    return first != m_retries.end() && first->second.due ? first : m_retries.end();
}

void RetryTimer::run(const std::stop_token &stop)
{
    std::unique_lock lock(m_mutex);
    while (!stop.stop_requested()) {
        m_isChanged = false;
        const auto first = next();
        if (first == m_retries.end()) {
            m_changed.wait(lock, stop, [this] { return m_isChanged; });
            continue;
        }
        if (const auto due = *first->second.due; Clock::now() < due) {
            m_changed.wait_until(lock, stop, due, [this] { return m_isChanged; });
            continue;
        }
        first->second.due.reset();
        const Question question = first->first;
        lock.unlock();
        m_due(question);
        lock.lock();
    }
}

} // namespace ghost
