// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include <QtCore/QString>

namespace ghost {

/// Threads for blocking work of one driver. They start when needed, up to a limit; what waits is first in, first out.
///
/// A call that never returns costs one thread, for good: at the end it is left behind, not waited for.
class WorkerPool
{
public:
    /// @p name is the threads' name as debuggers show it (15 characters are kept).
    /// No more than @p limit of them work at once; those that wait (see Waiting) do not count.
    WorkerPool(const QString &name, std::size_t limit);
    ~WorkerPool();
    WorkerPool(const WorkerPool &) = delete;
    WorkerPool &operator=(const WorkerPool &) = delete;

    /// Any thread. After close() the task is dropped. One that throws is said in the log; it harms no other.
    void post(std::function<void()> task);
    /// Takes no more tasks and forgets those that wait; true when the running ones have ended within @p patience.
    bool close(std::chrono::milliseconds patience);

    /// Of a task of this pool: while it lives, the task only waits, and another may work in its place.
    class Waiting
    {
    public:
        explicit Waiting(WorkerPool &pool);
        ~Waiting();
        Waiting(const Waiting &) = delete;
        Waiting &operator=(const Waiting &) = delete;

    private:
        WorkerPool &m_pool;
    };

private:
    struct Shared
    {
        explicit Shared(std::size_t atOnce)
            : limit(atOnce)
        {}
        bool mayBegin() const { return !tasks.empty() && busy < limit + waiting; }

        const std::size_t limit;
        std::mutex mutex;
        std::condition_variable changed;
        std::deque<std::function<void()>> tasks;
        std::size_t idle = 0;
        std::size_t busy = 0;
        std::size_t waiting = 0; ///< of the busy ones
        bool closed = false;
    };
    static void work(const std::shared_ptr<Shared> &shared, const std::string &name);
    /// With the mutex held: one more thread, if one is wanted and allowed.
    void addThread();

    std::string m_name;
    std::shared_ptr<Shared> m_shared;
    std::vector<std::jthread> m_threads;
};

} // namespace ghost
