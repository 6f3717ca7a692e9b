// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <thread>

#include "Database.h"
#include "ghost/Plugin.h"
#include "health/HealthReasons.h"

namespace ghost::uplink {

/// The one thread that has the database in its hands: whatever is kept is read and written here. It has no queue of
/// events: who has news wakes it, and it looks at everything that there is.
class Desk
{
public:
    using Clock = std::chrono::steady_clock;
    using Job = std::function<Result<void>()>;
    /// Looks at everything; answers when it wants to be called again at the latest.
    using Look = std::function<Result<Clock::time_point>()>;
    /// The database was moved aside, and a new one is open.
    using BegunAnew = std::function<void()>;

    Desk(PluginContext &context, HealthReasons &health, std::chrono::milliseconds afterTrouble);
    /// Does first what it was asked.
    ~Desk();

    /// Opens or makes the database, and waits for that. A damaged one is moved aside, and said in log and health.
    Result<void> open(const QString &file);
    /// Before the first wake.
    void begin(Look look, BegunAnew begunAnew);
    /// Returns when no look runs any more, and none will.
    void end();

    Database &database() { return *m_database; } ///< only on the thread, within looks and jobs
    void wake();
    /// Does @p job on the thread and waits for it. Not from the thread itself.
    Result<void> ask(Job job);

private:
    void work(const QString &file);
    Result<void> openDatabase();
    Result<void> beginAnew(const Error &why);
    Result<void> settle(Result<void> done);
    void lookAround();

    PluginContext &m_context;
    HealthReasons &m_health;
    const std::chrono::milliseconds m_afterTrouble;
    std::unique_ptr<Database> m_database; ///< the thread's

    std::mutex m_lookMutex; ///< held during a look
    Look m_look;
    BegunAnew m_begunAnew;

    std::mutex m_mutex; ///< for what follows
    std::condition_variable m_changed;
    std::deque<std::packaged_task<Result<void>()>> m_jobs;
    bool m_isAwake = false;
    bool m_isStopping = false;
    Clock::time_point m_lookAt = Clock::time_point::max();
    std::optional<Result<void>> m_opened;
    std::thread m_thread;
};

} // namespace ghost::uplink
