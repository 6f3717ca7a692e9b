// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>

#include "libvirt/ConnectionPool.h"

namespace ghost {

/// A pool's owner that counts what it is told.
class RecordingListener : public libvirt::PoolListener
{
public:
    Result<void> registerEvents(libvirt::Connection &connection) override
    {
        ++registrations;
        return connection.onDomainLifecycle([this](virDomainPtr, int, int) {
            ++domainEvents;
            eventSeen.raise();
        });
    }
    void connected() override
    {
        ++connects;
        up.raise();
    }
    void lost(const QString &reason) override
    {
        {
            const std::lock_guard lock(m_mutex);
            m_reason = reason;
        }
        ++losses;
        down.raise();
    }
    void log(LogLevel, const QString &message) override
    {
        const std::lock_guard lock(m_mutex);
        m_logged += message + QLatin1Char('\n');
    }

    QString reason() const
    {
        const std::lock_guard lock(m_mutex);
        return m_reason;
    }

    QString logged() const
    {
        const std::lock_guard lock(m_mutex);
        return m_logged;
    }

    Signal up;
    Signal down;
    Signal eventSeen;
    std::atomic<int> registrations{0};
    std::atomic<int> connects{0};
    std::atomic<int> losses{0};
    std::atomic<int> domainEvents{0};

private:
    mutable std::mutex m_mutex;
    QString m_reason;
    QString m_logged;
};

/// A call that nobody cancels.
struct PlainCall : Call
{
    explicit PlainCall(std::chrono::milliseconds limit = std::chrono::seconds(20))
        : Call(OperationId(), Clock::now() + limit)
    {}
};

inline bool raisedWithin(Signal &signal, std::chrono::milliseconds limit)
{
    PlainCall call(limit);
    return call.wait(signal) == Call::Wake::Raised;
}

} // namespace ghost
