// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include <QtCore/QList>
#include <QtCore/QStringList>

#include "ghost/Operation.h"

namespace ghost {

class Log;
class OperationTable;

/// Ended operations, kept for some days in SQLite. No call waits for the disk: a thread of its own does the work, and
/// the callbacks run on it (they must only post, and not throw). A question sees all that was recorded before it was
/// asked.
class OperationArchive
{
public:
    /// Opens or makes @p file. One that is damaged or not ours is moved to `<file>.bad-<time>` and said in the log, now
    /// or when the damage shows. @p log outlives the archive.
    static Result<std::unique_ptr<OperationArchive>> open(const QString &file, int keepDays, Log &log);
    /// Writes what is queued.
    ~OperationArchive();
    OperationArchive(const OperationArchive &) = delete;
    OperationArchive &operator=(const OperationArchive &) = delete;

    /// @p written is called, on the archive's thread, with what is on disk from now on. Before the first record().
    void onWritten(std::function<void(const QList<Operation> &)> written);
    /// A known id is replaced. What cannot be written is tried again; with more than 4096 waiting, the oldest of them
    /// is dropped and said in the log.
    void record(const Operation &operation);

    /// NotFound: it is not there. Unavailable: nobody can tell, as the archive cannot be read.
    void find(OperationId id, std::function<void(Result<Operation>)> callback);
    /// Newest first. A null @p vm means those of all VMs. Nothing, too, when the archive cannot be read, which the log
    /// says.
    void list(VmId vm, int limit, std::function<void(QList<Operation>)> callback);

    /// Whether it is there. Unavailable: not known within @p patience. Not from a callback.
    Result<bool> holds(OperationId id, std::chrono::milliseconds patience);
    /// Waits until everything asked so far is done; false if it is not after 5 s. Not from a callback.
    bool flush();

private:
    using Clock = std::chrono::steady_clock;
    using Question = std::function<void(OperationTable &)>;

    OperationArchive(int keepDays, Log &log);
    Result<void> start(const QString &file);
    quint64 ask(Question question);
    bool waitForAnswer(quint64 number, std::chrono::milliseconds patience);
    Result<Operation> findOne(OperationTable &table, OperationId id);
    Result<QList<Operation>> read(OperationTable &table, const QString &condition, const QStringList &values,
                                  int limit);

    void work(const QString &file);
    void answer(const Question &question, OperationTable &table);
    Result<void> openTable(OperationTable &table);
    Result<void> beginAnew(OperationTable &table, const Error &why);
    void write(OperationTable &table, std::deque<Operation> records);
    void keepForLater(std::deque<Operation> records, const Error &why);
    void expire(OperationTable &table);

    const int m_keepDays;
    Log &m_log;
    std::function<void(const QList<Operation> &)> m_written;
    std::mutex m_mutex;
    std::condition_variable m_wake; ///< for the thread
    std::condition_variable m_done; ///< for open and flush
    std::optional<Result<void>> m_opened;
    std::deque<Operation> m_records;
    std::deque<Question> m_questions;
    quint64 m_asked = 0;
    quint64 m_answered = 0;
    qint64 m_dropped = 0;         ///< records, since writing last worked
    Clock::time_point m_retryAt;  ///< no writing before; the past while it works
    Clock::time_point m_expireAt; ///< only the thread's
    bool m_stopping = false;
    std::jthread m_thread; ///< last: it uses everything above
};

} // namespace ghost
