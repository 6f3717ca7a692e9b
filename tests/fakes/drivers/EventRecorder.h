// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>

#include "ghost/Agent.h"

namespace ghost {

/// Keeps all events and waits for one.
class EventRecorder : public EventSink
{
public:
    void event(const Event &event) override
    {
        {
            const std::scoped_lock lock(m_mutex);
            m_events.append(event);
        }
        m_came.notify_all();
    }

    QList<Event> events() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_events;
    }

    /// `vm.created` … of one subject, or of all.
    QStringList kinds(const QString &subject = {}) const
    {
        QStringList kinds;
        for (const Event &event : events())
            if (subject.isEmpty() || event.subject() == subject)
                kinds.append(event.kind());
        return kinds;
    }

    /// False when no such event has come within @p patience; those that came earlier count.
    bool waitFor(const std::function<bool(const Event &)> &isWanted,
                 std::chrono::milliseconds patience = std::chrono::seconds(20))
    {
        std::unique_lock lock(m_mutex);
        return m_came.wait_for(lock, patience, [&] { return std::any_of(m_events.begin(), m_events.end(), isWanted); });
    }

private:
    mutable std::mutex m_mutex;
    std::condition_variable m_came;
    QList<Event> m_events;
};

} // namespace ghost
