// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "libvirt/PoolState.h"

#include <algorithm>

namespace ghost::libvirt {

PoolState::PoolState(const PoolOptions &options, PoolListener &listener)
    : m_options(options)
    , m_listener(&listener)
    , m_reason(QStringLiteral("still connecting to %1").arg(options.uri))
    , m_pause(options.firstRetry)
    , m_toldReason(m_reason)
{}

Error PoolState::unavailable() const
{
    return Error(Code::Unavailable, QStringLiteral("libvirt: ") + m_reason);
}

Result<std::unique_ptr<Connection>> PoolState::take(Call &call)
{
    for (;;) {
        Waiter waiter;
        bool waits =
            false; // decided under the lock: once queued, the waiter belongs to hand() until waitFor has it back
        {
            const std::lock_guard lock(m_mutex);
            if (!m_up)
                return unavailable();
            if (!m_idle.empty()) {
                waiter.connection = std::move(m_idle.front());
                m_idle.pop_front();
                m_lent.push_back(waiter.connection->serial());
            } else {
                m_waiters.push_back(&waiter);
                waits = true;
            }
        }
        if (waits) {
            if (auto interrupted = waitFor(waiter, call))
                return *interrupted;
        }
        // Asked without the lock: libvirt may be in the middle of telling us that it closed.
        if (waiter.connection->isAlive())
            return std::move(waiter.connection);
        giveBack(std::move(waiter.connection), true);
    }
}

std::optional<Error> PoolState::waitFor(Waiter &waiter, Call &call)
{
    const Call::Wake wake = call.wait(waiter.signal);
    const std::lock_guard lock(m_mutex);
    std::erase(m_waiters, &waiter);
    if (waiter.connection)
        return {};
    if (waiter.refused)
        return unavailable();
    return Call::interrupted(wake, QStringLiteral("waiting for a connection to libvirt"));
}

void PoolState::giveBack(std::unique_ptr<Connection> connection, bool ofPool)
{
    const bool alive = connection->isAlive();
    const std::lock_guard lock(m_mutex);
    // Not among the lent: it is from before the last loss, or left the pool.
    const bool current = std::erase(m_lent, connection->serial()) > 0;
    if (m_finished)
        return; // nobody is left to bury it: closed here, as the argument goes
    if (ofPool && current && alive)
        hand(std::move(connection));
    else
        retire(std::move(connection));
}

void PoolState::letGo(const Connection &connection)
{
    const std::lock_guard lock(m_mutex);
    std::erase(m_lent, connection.serial());
    m_work.notify_all();
}

bool PoolState::waitConnected(Call &call, std::chrono::milliseconds limit)
{
    Signal signal;
    {
        const std::lock_guard lock(m_mutex);
        if (m_up && m_announced)
            return true;
        m_connectWaiters.push_back(&signal);
    }
    call.waitAtMost(signal, limit);
    const std::lock_guard lock(m_mutex);
    std::erase(m_connectWaiters, &signal);
    return m_up && m_announced;
}

void PoolState::closed(quint64 serial, bool daemonHangs, const QString &reason)
{
    {
        const std::lock_guard lock(m_mutex);
        const bool events = m_events && m_events->serial() == serial;
        const auto idle = std::find_if(m_idle.begin(), m_idle.end(),
                                       [serial](const auto &connection) { return connection->serial() == serial; });
        const bool lent = std::find(m_lent.begin(), m_lent.end(), serial) != m_lent.end();
        if (events || (daemonHangs && (lent || idle != m_idle.end()))) {
            markDown(reason);
        } else if (idle != m_idle.end()) {
            retire(std::move(*idle));
            m_idle.erase(idle);
        }
    }
    announce();
}

PoolState::Job PoolState::nextJob()
{
    std::unique_lock lock(m_mutex);
    for (;;) {
        if (!m_dead.empty())
            return Job::Bury;
        if (m_stopping)
            return Job::Stop;
        if (!m_events && mayOpen())
            return Job::OpenEvents;
        if (m_idle.size() + m_lent.size() < static_cast<size_t>(m_options.connections)) {
            if (mayOpen())
                return Job::OpenWorker;
            m_work.wait_until(lock, m_retryAt);
        } else {
            m_work.wait(lock);
        }
    }
}

bool PoolState::mayOpen() const
{
    return Clock::now() >= m_retryAt;
}

PoolState::Connections PoolState::takeDead()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_dead, {});
}

void PoolState::beginOpen()
{
    const std::lock_guard lock(m_mutex);
    m_opening = true;
    m_progress.notify_all();
}

bool PoolState::endOpen()
{
    const std::lock_guard lock(m_mutex);
    m_opening = false;
    return !m_stopping;
}

void PoolState::adoptEvents(std::unique_ptr<Connection> connection)
{
    const std::lock_guard lock(m_mutex);
    m_events = std::move(connection);
}

void PoolState::adoptWorker(std::unique_ptr<Connection> connection)
{
    if (!eventsAlive()) { // libvirtd went between the two opens
        const std::lock_guard lock(m_mutex);
        retire(std::move(connection));
        m_retryAt = Clock::now() + m_pause;
        return markDown(QStringLiteral("libvirtd closed the connection (it ended)"));
    }
    {
        const std::lock_guard lock(m_mutex);
        m_pause = m_options.firstRetry;
        hand(std::move(connection));
        if (!m_up && m_idle.size() >= static_cast<size_t>(m_options.connections)) {
            m_up = true;
            ++m_generation;
        }
    }
    announce();
}

bool PoolState::eventsAlive() const
{
    const Connection *events;
    {
        const std::lock_guard lock(m_mutex);
        events = m_events.get();
    }
    return events && events->isAlive(); // only this thread destroys connections of the pool
}

void PoolState::openFailed(const QString &reason)
{
    bool isLoss = false;
    {
        const std::lock_guard lock(m_mutex);
        m_retryAt = Clock::now() + m_pause;
        m_pause = std::min(m_pause * 2, m_options.lastRetry);
        // One replacement that fails is no loss while others serve.
        isLoss = !m_up || (m_idle.empty() && m_lent.empty());
        if (isLoss)
            markDown(reason);
    }
    if (!isLoss)
        log(LogLevel::Warning, reason); // nobody else hears of it
    announce();
}

void PoolState::finished()
{
    const std::lock_guard lock(m_mutex);
    m_finished = true;
    m_progress.notify_all();
}

void PoolState::log(LogLevel level, const QString &message)
{
    const std::lock_guard turn(m_announcing);
    if (!m_muted)
        m_listener->log(level, message);
}

bool PoolState::stop()
{
    {
        const std::lock_guard turn(m_announcing);
        m_muted = true;
    }
    std::unique_lock lock(m_mutex);
    m_stopping = true;
    markDown(QStringLiteral("the plugin is being stopped"));
    m_progress.wait_for(lock, std::chrono::seconds(1), [this] { return m_finished; });
    m_progress.wait(lock, [this] { return m_finished || m_opening; });
    return m_finished;
}

void PoolState::markDown(const QString &reason)
{
    m_up = false;
    m_reason = reason;
    m_lent.clear();
    if (m_events)
        m_dead.push_back(std::move(m_events));
    for (auto &connection : m_idle)
        m_dead.push_back(std::move(connection));
    m_idle.clear();
    for (Waiter *waiter : m_waiters) {
        waiter->refused = true;
        waiter->signal.raise();
    }
    m_waiters.clear();
    m_work.notify_all();
}

void PoolState::hand(std::unique_ptr<Connection> connection)
{
    if (m_waiters.empty()) {
        m_idle.push_front(std::move(connection)); // the warmest first
        return;
    }
    Waiter *waiter = m_waiters.front();
    m_waiters.pop_front();
    m_lent.push_back(connection->serial());
    waiter->connection = std::move(connection);
    waiter->signal.raise();
}

void PoolState::retire(std::unique_ptr<Connection> connection)
{
    m_dead.push_back(std::move(connection));
    m_work.notify_all();
}

void PoolState::announce()
{
    const std::lock_guard turn(m_announcing);
    bool up;
    quint64 generation;
    QString reason;
    {
        const std::lock_guard lock(m_mutex);
        up = m_up;
        generation = m_generation;
        reason = m_reason;
    }
    if (m_muted)
        return;
    const bool lostMeanwhile = m_toldUp && up && generation != m_toldGeneration;
    if ((m_toldUp && !up) || lostMeanwhile || (!up && m_toldReason != reason))
        m_listener->lost(reason);
    if (up && (!m_toldUp || lostMeanwhile))
        m_listener->connected();
    m_toldUp = up;
    m_toldGeneration = generation;
    m_toldReason = reason;
    const std::lock_guard lock(m_mutex);
    m_announced = up;
    for (Signal *signal : m_connectWaiters)
        if (up)
            signal->raise();
}

} // namespace ghost::libvirt
