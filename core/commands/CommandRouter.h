// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "DeadlineWatch.h"
#include "commands/CommandHandler.h"
#include "commands/OperationEnds.h"
#include "commands/OperationQueues.h"
#include "commands/RequestIds.h"

namespace ghost {

/// The way of every command: find its handler, repeat or admit, write down, queue behind its VM's other commands, run
/// on the driver's workers, record how it ended. Thread-safe.
class CommandRouter
{
public:
    /// How long an operation is waited for before it is given up; its driver's call is then left to itself.
    struct Patience
    {
        std::chrono::milliseconds afterDeadline = std::chrono::seconds(10);
        /// Every undo has a limit of its own: as long as they take together, nobody hangs.
        std::chrono::milliseconds undo = std::chrono::minutes(4);
    };
    /// @p inspect is called, on a worker, for a VM of which nobody knows now what it does.
    CommandRouter(const Services &services, OperationArchive &archive, std::function<void(VmId)> inspect,
                  const Patience &patience);
    ~CommandRouter();

    /// Before the first submit.
    void add(std::unique_ptr<CommandHandler> handler);

    /// The id of the operation, written down; or why there is none. A repeated request id gets the first one's
    /// operation.
    Result<OperationId> submit(const Command &command, const Principal &principal);
    /// Ended already: FailedPrecondition, also for one that only the archive knows.
    Result<void> cancel(OperationId id);
    /// Refuses new commands and cancels those that run or wait.
    void stop();

    // For Recovery, of operations that an earlier run of the agent left unfinished.
    /// Null: unknown.
    CommandHandler *handler(const QString &command) const;
    /// Runs it again, or only its undos, as its handler says.
    void takeUp(const JournalEntry &entry, WorkerPool *pool);
    /// Nothing is to be run: it ended like this.
    void conclude(const JournalEntry &entry, const Result<QCborMap> &result);
    /// Its request id stands for it, unless that is another's already.
    void remember(const Operation &operation);

private:
    /// With m_admissions held, like the next: a new operation, in the journal that is yet to be written.
    Result<void> take(const TicketPtr &ticket, const Command &command, const Principal &principal);
    Result<Admission> admit(CommandHandler &handler, const Command &command);
    Result<void> roomFor(const Admission &admission);
    void withdraw(const TicketPtr &ticket, const Error &why);
    void enqueue(const TicketPtr &ticket);
    void launch(const TicketPtr &ticket);
    void execute(const TicketPtr &ticket);
    void giveUpAt(const TicketPtr &ticket, Call::Clock::time_point time);
    /// False: it has begun, so that only its worker can end it.
    bool endUnbegun(const TicketPtr &ticket, const Error &error);
    void end(const TicketPtr &ticket, const Result<QCborMap> &result, const QStringList &notes);
    void record(const TicketPtr &ticket, const Result<QCborMap> &result, const QStringList &notes);
    void leaveQueue(const TicketPtr &ticket);
    void deadlinePassed(OperationId id);
    void giveUp(const TicketPtr &ticket);
    TicketPtr find(OperationId id);

    const Services m_services;
    OperationArchive &m_archive;
    OperationEnds m_ends;
    const std::function<void(VmId)> m_inspect;
    const Patience m_patience;
    std::map<QString, std::unique_ptr<CommandHandler>> m_handlers;

    /// Of one command at a time. Drivers are asked under it, though only what they answer from memory; one that does
    /// not come back all the same must not keep what runs already. Taken before m_mutex.
    std::mutex m_admissions;
    RequestIds m_requestIds;

    std::mutex m_mutex; // everything below
    OperationQueues m_queues;
    bool m_stopping = false;

    DeadlineWatch m_deadlines; ///< last: its thread uses everything above
};

} // namespace ghost
