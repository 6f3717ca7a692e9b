// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "libvirt/ConnectionPool.h"

namespace ghost::libvirt {

/// What the pool's callers, its connector thread and libvirt's event thread share: who has which connection, and
/// whether libvirtd can be reached. Outlives the pool while a connection is lent or the connector is stuck in an open.
/// Never destroys a connection with callers waiting: the dead go to the connector, which buries them.
class PoolState
{
public:
    using Clock = std::chrono::steady_clock;
    using Connections = std::vector<std::unique_ptr<Connection>>;

    PoolState(const PoolOptions &options, PoolListener &listener);

    const PoolOptions &options() const { return m_options; }

    // For callers.
    Result<std::unique_ptr<Connection>> take(Call &call);
    void giveBack(std::unique_ptr<Connection> connection, bool ofPool);
    /// The connection that was just taken is no longer counted as one of the pool's.
    void letGo(const Connection &connection);
    bool waitConnected(Call &call, std::chrono::milliseconds limit);

    // For libvirt's event thread.
    void closed(quint64 serial, bool daemonHangs, const QString &reason);

    // For the connector thread.
    enum class Job : int { Unspecified = 0, Stop, Bury, OpenEvents, OpenWorker };
    /// Blocks until there is something to do.
    Job nextJob();
    Connections takeDead();
    /// Around virConnectOpen, which may never return. endOpen: false when the pool has been stopped meanwhile.
    void beginOpen();
    bool endOpen();
    Result<void> registerEvents(Connection &connection) { return m_listener->registerEvents(connection); }
    void adoptEvents(std::unique_ptr<Connection> connection);
    void adoptWorker(std::unique_ptr<Connection> connection);
    void openFailed(const QString &reason);
    void finished();
    void log(LogLevel level, const QString &message);

    /// Refuses callers and sends the connector home. True: it came home. False: it is stuck in an open.
    bool stop();

private:
    struct Waiter
    {
        Signal signal;
        std::unique_ptr<Connection> connection;
        bool refused = false;
    };

    std::optional<Error> waitFor(Waiter &waiter, Call &call);
    bool eventsAlive() const;
    bool mayOpen() const;
    void markDown(const QString &reason);
    void hand(std::unique_ptr<Connection> connection);
    void retire(std::unique_ptr<Connection> connection);
    void announce();
    Error unavailable() const;

    const PoolOptions m_options;
    PoolListener *m_listener;

    mutable std::mutex m_mutex;
    std::condition_variable m_work;     ///< for the connector
    std::condition_variable m_progress; ///< for stop()
    bool m_up = false;
    bool m_announced = false; ///< the listener knows that it is up
    QString m_reason;
    std::unique_ptr<Connection> m_events;
    std::deque<std::unique_ptr<Connection>> m_idle;
    std::vector<quint64> m_lent; ///< serials, of this generation only
    std::deque<Waiter *> m_waiters;
    std::vector<Signal *> m_connectWaiters;
    Connections m_dead;
    quint64 m_generation = 0; ///< counts the times that the pool came up
    Clock::time_point m_retryAt{};
    std::chrono::milliseconds m_pause;
    bool m_stopping = false;
    bool m_opening = false;
    bool m_finished = false;

    std::mutex m_announcing; ///< before m_mutex; held while the listener is told, so that its news stay in order
    bool m_toldUp = false;
    quint64 m_toldGeneration = 0;
    QString m_toldReason; ///< at first the one that the owner knows without being told
    bool m_muted = false;
};

} // namespace ghost::libvirt
