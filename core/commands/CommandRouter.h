// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "commands/CommandHandler.h"
#include "commands/DeadlineWatch.h"
#include "commands/RequestIds.h"
#include "state/JournalEntry.h"

namespace ghost {

class OperationArchive;

/// The way of every command: find its handler, repeat or admit, write down, queue behind its VM's other commands, run
/// on the driver's workers, record how it ended. Thread-safe.
class CommandRouter
{
public:
    /// @p inspect is called, on a worker, for a VM of which nobody knows now what it does. An operation that is
    /// @p overdueAfter past its deadline is given up; its driver's call is then left to itself.
    CommandRouter(const Services &services, OperationArchive &archive, std::function<void(VmId)> inspect,
                  std::chrono::milliseconds overdueAfter = std::chrono::seconds(10));
    ~CommandRouter();

    /// Before the first submit.
    void add(std::unique_ptr<CommandHandler> handler);

    /// The id of the operation, written down; or why there is none. A repeated request id gets the first one's
    /// operation.
    Result<OperationId> submit(const Command &command, const Principal &principal);
    Result<void> cancel(OperationId id);
    /// What an earlier run of the agent left unfinished: undone or run again. Once, when the drivers are active.
    void resume();
    /// Refuses new commands and cancels those that run or wait.
    void stop();

private:
    struct Ticket;
    using TicketPtr = std::shared_ptr<Ticket>;

    CommandHandler *handler(const QString &command) const;
    /// With m_mutex held.
    Result<Admission> admit(CommandHandler &handler, const Command &command);
    void enqueue(const TicketPtr &ticket);
    void launch(const TicketPtr &ticket);
    void execute(const TicketPtr &ticket);
    void watchAnew(OperationId id, Call::Clock::time_point end);
    /// False: it has begun, so that only its worker can end it.
    bool endUnbegun(const TicketPtr &ticket, const Error &error);
    void end(const TicketPtr &ticket, const Result<QCborMap> &result, const QStringList &notes);
    void record(const TicketPtr &ticket, const Result<QCborMap> &result, const QStringList &notes);
    void leaveQueue(const TicketPtr &ticket);
    void resumeOne(const JournalEntry &entry);
    void rememberRequests();
    void leaveBehind(VmId vm);
    void deadlinePassed(OperationId id);
    void giveUp(const TicketPtr &ticket);
    TicketPtr find(OperationId id);

    const Services m_services;
    OperationArchive &m_archive;
    const std::function<void(VmId)> m_inspect;
    const std::chrono::milliseconds m_overdueAfter;
    std::map<QString, std::unique_ptr<CommandHandler>> m_handlers;

    std::mutex m_mutex; // everything below
    RequestIds m_requestIds;
    std::map<OperationId, TicketPtr> m_tickets;
    std::map<VmId, std::deque<TicketPtr>> m_queues; ///< the front one runs
    bool m_stopping = false;

    DeadlineWatch m_deadlines; ///< last: its thread uses everything above
};

} // namespace ghost
