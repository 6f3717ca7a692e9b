// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "ghost/Result.h"

namespace ghost::cloud {

class Database;

/// What happens on the ledger's thread.
class LedgerBook
{
public:
    virtual ~LedgerBook();
    virtual Database &database() = 0;
    /// Now and then; what it writes is committed with the jobs beside it.
    virtual void tick() = 0;
    /// What was written last is not in the database after all: forget what was remembered of it.
    virtual void takenBack() = 0;
};

/// The one thread that decides and writes. Jobs that wait together are committed together, and each learns its end only
/// after that: what somebody was told is on the disk. So a thousand agents cost few writes, and nothing needs a lock.
class Ledger
{
public:
    using Work = std::function<Result<void>()>;
    using Done = std::function<void(const Result<void> &)>;
    /// Opens the book, on the thread.
    using Opening = std::function<Result<std::unique_ptr<LedgerBook>>()>;

    Ledger() = default;
    /// Does what still waits.
    ~Ledger();
    Ledger(const Ledger &) = delete;
    Ledger &operator=(const Ledger &) = delete;

    Result<void> start(Opening opening);

    /// Runs @p work, and after the commit @p done, both on the thread and not throwing but for StorageFailure from
    /// work: then @p done gets that error. An error that work returns is an answer like any other; what it wrote stays.
    /// False: too many wait, or it is the end; then neither runs.
    bool post(Work work, Done done);
    /// From within work or tick: runs @p action after the commit, before any `done`; never if there is none.
    void afterCommit(std::function<void()> action) { m_afterCommit.push_back(std::move(action)); }

private:
    struct Job
    {
        Work work;
        Done done;
        std::optional<Result<void>> outcome;
    };

    void run(const Opening &opening);
    void runBatch(LedgerBook &book, std::vector<Job> &jobs, bool isTickDue);
    Result<void> writeBatch(LedgerBook &book, std::vector<Job> &jobs, bool isTickDue);

    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<Job> m_waiting;
    std::optional<Result<void>> m_opened;
    bool m_stopping = false;
    std::vector<std::function<void()>> m_afterCommit; ///< only the thread's
    std::jthread m_thread;
};

} // namespace ghost::cloud
