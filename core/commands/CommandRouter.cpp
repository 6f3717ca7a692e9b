// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/CommandRouter.h"

#include <algorithm>

#include "Clock.h"
#include "WorkerPool.h"
#include "commands/OperationRun.h"
#include "host/Drivers.h"
#include "log/Log.h"
#include "resources/ResourceLedger.h"
#include "state/OperationArchive.h"
#include "state/StateStore.h"

namespace ghost {

using std::chrono::milliseconds;

namespace {

const QString source = QStringLiteral("commands");
constexpr int requestsRemembered = 1'000;
constexpr milliseconds longestTimeout = std::chrono::hours(24);

} // namespace

/// One operation in the router's hands.
struct CommandRouter::Ticket
{
    JournalEntry entry;
    CommandHandler *handler;
    Admission admission;
    Steps::Mode mode = Steps::Mode::Forward;
    std::shared_ptr<Cancellation> cancellation = std::make_shared<Cancellation>();
    bool overdue = false;
};

CommandRouter::CommandRouter(const Services &services, OperationArchive &archive, std::function<void(VmId)> inspect,
                             milliseconds overdueAfter)
    : m_services(services)
    , m_archive(archive)
    , m_inspect(std::move(inspect))
    , m_overdueAfter(overdueAfter)
    , m_deadlines([this](OperationId id) { giveUp(id); })
{}

CommandRouter::~CommandRouter() = default;

void CommandRouter::add(std::unique_ptr<CommandHandler> handler)
{
    const QString command = handler->command();
    m_handlers[command] = std::move(handler);
}

CommandHandler *CommandRouter::handler(const QString &command) const
{
    const auto at = m_handlers.find(command);
    return at == m_handlers.end() ? nullptr : at->second.get();
}

Result<OperationId> CommandRouter::submit(const Command &command, const Principal &principal)
{
    const auto ticket = std::make_shared<Ticket>();
    {
        const std::scoped_lock lock(m_mutex);
        if (m_stopping)
            return Error(Code::Unavailable, QStringLiteral("the agent is stopping"));
        ticket->handler = handler(command.name());
        if (!ticket->handler)
            return Error(Code::Unsupported, QStringLiteral("unknown command '%1'").arg(command.name().left(80)));
        if (const auto first = m_requestIds.find(principal, command.requestId()))
            return *first;
        if (command.timeoutMs() < 0 || command.timeoutMs() > longestTimeout.count())
            return Error(Code::InvalidArgument,
                         QStringLiteral("a time limit of %1 ms: 0 to 24 hours").arg(command.timeoutMs()))
                .withField(QStringLiteral("timeout_milliseconds"));
        const auto admission = ticket->handler->admit(command);
        if (!admission)
            return admission.error();
        if (const auto queue = m_queues.find(admission->vm);
            queue != m_queues.end() && queue->second.front()->overdue) {
            ticket->handler->withdraw(*admission, command);
            return Error(Code::Busy, QStringLiteral("VM '%1': its driver has not come back from %2")
                                         .arg(admission->subject, queue->second.front()->entry.command.name()));
        }
        ticket->admission = *admission;
        ticket->entry.command = command;
        Operation &operation = ticket->entry.operation;
        operation.setId(OperationId::create());
        operation.setCommand(command.name());
        operation.setPrincipal(principal);
        operation.setRequestId(command.requestId());
        operation.setVm(admission->vm);
        operation.setSubject(admission->subject);
        operation.setStatus(Operation::Status::Queued);
        operation.setCreatedAtMs(nowMs());
        m_services.store.putJournal(ticket->entry);
        m_requestIds.remember(principal, command.requestId(), operation.id());
    }
    const OperationId id = ticket->entry.operation.id();
    if (const auto written = m_services.store.commit(); !written) {
        ticket->handler->withdraw(ticket->admission, command);
        const auto ended = m_services.store.endOperation(id, [&](Operation &operation) {
            operation.setStatus(Operation::Status::Failed);
            operation.setError(written.error());
        });
        if (ended)
            m_services.store.announceEnd(*ended);
        const std::scoped_lock lock(m_mutex);
        m_requestIds.forget(principal, command.requestId());
        return written.error();
    }
    enqueue(ticket);
    return id;
}

void CommandRouter::enqueue(const TicketPtr &ticket)
{
    const std::scoped_lock lock(m_mutex);
    m_tickets[ticket->entry.operation.id()] = ticket;
    if (m_stopping) // since it was admitted
        ticket->cancellation->cancel();
    if (ticket->admission.vm.isNull()) {
        launch(ticket);
        return;
    }
    auto &queue = m_queues[ticket->admission.vm];
    queue.push_back(ticket);
    if (queue.size() == 1)
        launch(ticket);
}

void CommandRouter::launch(const TicketPtr &ticket)
{
    ticket->admission.pool->post([this, ticket] { execute(ticket); });
}

void CommandRouter::execute(const TicketPtr &ticket)
{
    OperationRun run(m_services, *ticket->handler, ticket->entry, ticket->mode);
    if (ticket->mode == Steps::Mode::Forward && ticket->cancellation->isCancelled()) {
        ticket->handler->withdraw(ticket->admission, ticket->entry.command);
        end(ticket, Error(Code::Cancelled, QStringLiteral("cancelled before it began")), {});
        return;
    }
    const milliseconds asked(ticket->entry.command.timeoutMs());
    const auto deadline = Call::Clock::now() + (asked.count() > 0 ? asked : ticket->handler->defaultTimeout());
    m_deadlines.watch(ticket->entry.operation.id(), deadline + m_overdueAfter);
    m_services.store.changeOperation(ticket->entry.operation.id(), [](Operation &operation) {
        operation.setStatus(Operation::Status::Running);
        operation.setStartedAtMs(nowMs());
    });
    const auto outcome =
        ticket->mode == Steps::Mode::Forward ? run.forward(deadline, ticket->cancellation) : run.undo();
    end(ticket, outcome.result, outcome.notes);
}

void CommandRouter::end(const TicketPtr &ticket, const Result<QCborMap> &result, const QStringList &notes)
{
    m_deadlines.forget(ticket->entry.operation.id());
    const VmId vm = ticket->admission.vm;
    if (!result && !vm.isNull()) {
        const Code code = result.error().code();
        if (code == Code::Unavailable || code == Code::DeadlineExceeded)
            m_services.store.observeUnknown(vm, result.error().message());
        m_inspect(vm);
    }
    m_services.store.setResources(m_services.ledger.picture());
    const auto ended = m_services.store.endOperation(ticket->entry.operation.id(), [&](Operation &operation) {
        operation.setNotes(notes);
        if (result) {
            operation.setStatus(Operation::Status::Succeeded);
            operation.setResult(*result);
            return;
        }
        const bool cancelled = result.error().code() == Code::Cancelled;
        operation.setStatus(cancelled ? Operation::Status::Cancelled : Operation::Status::Failed);
        operation.setError(result.error());
    });
    // Nothing when it was given up as overdue: then its end is told already.
    if (ended) {
        if (const auto written = m_services.store.commit(); !written)
            m_services.log.write(LogLevel::Error, source, QStringLiteral("cannot save: %1").arg(written.error().text()),
                                 ended->id(), vm);
        m_services.log.write(result ? LogLevel::Info : LogLevel::Warning, source,
                             QStringLiteral("%1 '%2' by %3: %4")
                                 .arg(ended->command(), ended->subject(), ended->principal().toString(),
                                      result ? QStringLiteral("done") : result.error().text()),
                             ended->id(), vm);
        m_archive.record(*ended);
        m_services.store.announceEnd(*ended);
    }
    leaveQueue(ticket);
}

void CommandRouter::leaveQueue(const TicketPtr &ticket)
{
    const std::scoped_lock lock(m_mutex);
    m_tickets.erase(ticket->entry.operation.id());
    const auto queue = m_queues.find(ticket->admission.vm);
    if (queue == m_queues.end() || queue->second.front() != ticket)
        return; // it never waited there
    queue->second.pop_front();
    if (queue->second.empty())
        m_queues.erase(queue);
    else
        launch(queue->second.front());
}

Result<void> CommandRouter::cancel(OperationId id)
{
    const std::scoped_lock lock(m_mutex);
    if (const auto operation = m_services.store.state()->operation(id); operation && operation->isEnded())
        return Error(Code::FailedPrecondition, QStringLiteral("the operation has ended already"));
    const auto at = m_tickets.find(id);
    if (at == m_tickets.end())
        return Error(Code::NotFound, QStringLiteral("no operation '%1' under way").arg(id.toString()));
    at->second->cancellation->cancel();
    return {};
}

void CommandRouter::resume()
{
    const auto entries = m_services.store.journal();
    for (const JournalEntry &entry : entries)
        resumeOne(entry);
    rememberRequests();
    // A record without its operation can only be finished as a leftover.
    for (const VmRecord &record : m_services.store.records()) {
        const bool known = std::any_of(entries.begin(), entries.end(),
                                       [&](const JournalEntry &entry) { return entry.operation.vm() == record.id; });
        if (record.phase != VmRecord::Phase::Present && !known)
            m_services.store.dropRecord(record.id, true);
    }
}

// So that a request id that is repeated after a restart still gets the first one's operation.
void CommandRouter::rememberRequests()
{
    const auto remember = [this](const Operation &operation) {
        const std::scoped_lock lock(m_mutex);
        m_requestIds.remember(operation.principal(), operation.requestId(), operation.id());
    };
    for (const JournalEntry &entry : m_services.store.journal())
        remember(entry.operation);
    m_archive.list({}, requestsRemembered, [remember](const QList<Operation> &operations) {
        for (const Operation &operation : operations)
            remember(operation);
    });
}

void CommandRouter::resumeOne(const JournalEntry &entry)
{
    const auto ticket = std::make_shared<Ticket>();
    ticket->entry = entry;
    ticket->handler = handler(entry.command.name());
    ticket->admission.vm = entry.operation.vm();
    ticket->admission.subject = entry.operation.subject();
    Error problem(Code::Unsupported, QStringLiteral("unknown command '%1'").arg(entry.command.name()));
    if (ticket->handler) {
        ticket->mode = ticket->handler->recovery() == CommandHandler::Recovery::Undo ? Steps::Mode::UndoOnly
                                                                                     : Steps::Mode::Forward;
        const auto record = m_services.store.record(entry.operation.vm());
        const auto hypervisor = m_services.drivers.hypervisor(record ? record->hypervisor : QString());
        const auto images = m_services.drivers.imageSource({});
        if (entry.operation.vm().isNull() && images)
            ticket->admission.pool = images->work;
        else if (hypervisor)
            ticket->admission.pool = hypervisor->work;
        problem = hypervisor ? problem : hypervisor.error();
    }
    if (ticket->admission.pool) {
        enqueue(ticket);
        return;
    }
    // Its driver is not there: what it had made waits as a leftover, and the operation is told as it is.
    if (const auto record = m_services.store.record(entry.operation.vm());
        record && record->phase != VmRecord::Phase::Present)
        m_services.store.dropRecord(record->id, true);
    end(ticket, Error(Code::Unavailable, QStringLiteral("the agent stopped while it ran: %1").arg(problem.text())), {});
}

void CommandRouter::stop()
{
    const std::scoped_lock lock(m_mutex);
    m_stopping = true;
    for (const auto &[id, ticket] : m_tickets)
        ticket->cancellation->cancel();
}

// The worker is left to itself; its VM's queue stays closed until it comes back.
void CommandRouter::giveUp(OperationId id)
{
    Operation operation;
    {
        const std::scoped_lock lock(m_mutex);
        const auto at = m_tickets.find(id);
        if (at == m_tickets.end())
            return;
        at->second->overdue = true;
        operation = at->second->entry.operation;
    }
    const QString problem = QStringLiteral("%1 has not come back from its driver").arg(operation.command());
    m_services.log.write(LogLevel::Error, source, problem, id, operation.vm());
    m_services.store.observeUnknown(operation.vm(), problem);
    const auto ended = m_services.store.endOperation(id, [&](Operation &changed) {
        changed.setStatus(Operation::Status::Failed);
        changed.setError(Error(Code::DeadlineExceeded, problem));
    });
    if (!ended)
        return;
    m_archive.record(*ended);
    m_services.store.announceEnd(*ended);
}

} // namespace ghost
