// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/CommandRouter.h"

#include <algorithm>

#include "Clock.h"
#include "WorkerPool.h"
#include "commands/OperationRun.h"
#include "commands/Power.h"
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
/// Each operation under way costs a file descriptor and a place in the journal, which is written again at every step.
constexpr std::size_t mostForOneVm = 16;
constexpr std::size_t mostInAll = 256;
/// Every undo has a limit of its own: as long as they take together, nobody hangs.
constexpr milliseconds undoPatience = std::chrono::minutes(4);

Error cancelledBeforeItBegan()
{
    return Error(Code::Cancelled, QStringLiteral("cancelled before it began"));
}

} // namespace

/// One operation in the router's hands.
struct CommandRouter::Ticket
{
    JournalEntry entry;
    CommandHandler *handler;
    Admission admission;
    Steps::Mode mode = Steps::Mode::Forward;
    std::shared_ptr<Cancellation> cancellation = std::make_shared<Cancellation>();
    Call::Clock::time_point deadline;
    enum class Stage { Waiting, Begun, Ended } stage = Stage::Waiting;
    bool overdue = false;
};

CommandRouter::CommandRouter(const Services &services, OperationArchive &archive, std::function<void(VmId)> inspect,
                             milliseconds overdueAfter)
    : m_services(services)
    , m_archive(archive)
    , m_inspect(std::move(inspect))
    , m_overdueAfter(overdueAfter)
    , m_deadlines([this](OperationId id) { deadlinePassed(id); })
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
        const auto admission = admit(*ticket->handler, command);
        if (!admission)
            return admission.error();
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

Result<Admission> CommandRouter::admit(CommandHandler &handler, const Command &command)
{
    if (command.timeoutMs() < 0 || command.timeoutMs() > longestTimeout.count())
        return Error(Code::InvalidArgument,
                     QStringLiteral("a time limit of %1 ms: 0 to 24 hours").arg(command.timeoutMs()))
            .withField(QStringLiteral("timeout_milliseconds"));
    if (m_tickets.size() >= mostInAll)
        return Error(Code::ResourceExhausted, QStringLiteral("%1 operations are under way").arg(m_tickets.size()))
            .withHint(QStringLiteral("ask again when some have ended"));
    const auto admission = handler.admit(command);
    if (!admission)
        return admission;
    const auto queue = m_queues.find(admission->vm);
    if (queue == m_queues.end())
        return admission;
    const TicketPtr &first = queue->second.front();
    if (!first->overdue && queue->second.size() < mostForOneVm)
        return admission;
    handler.withdraw(*admission, command);
    if (first->overdue)
        return Error(Code::Busy, QStringLiteral("VM '%1': its driver has not come back from %2")
                                     .arg(admission->subject, first->entry.command.name()));
    return Error(Code::Busy, QStringLiteral("VM '%1': %2 operations wait for %3 to end")
                                 .arg(admission->subject)
                                 .arg(queue->second.size() - 1)
                                 .arg(first->entry.command.name()));
}

void CommandRouter::enqueue(const TicketPtr &ticket)
{
    const std::scoped_lock lock(m_mutex);
    const milliseconds asked(ticket->entry.command.timeoutMs());
    ticket->deadline =
        Call::Clock::now() + (asked.count() > 0 ? asked : ticket->handler->defaultTimeout(ticket->entry.command));
    if (ticket->mode == Steps::Mode::Forward)
        m_deadlines.watch(ticket->entry.operation.id(), ticket->deadline);
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
    const OperationId id = ticket->entry.operation.id();
    if (ticket->cancellation->isCancelled() && endUnbegun(ticket, cancelledBeforeItBegan()))
        return;
    {
        const std::scoped_lock lock(m_mutex);
        if (ticket->stage == Ticket::Stage::Ended)
            return;
        ticket->stage = Ticket::Stage::Begun;
    }
    watchAnew(id, ticket->deadline + m_overdueAfter);
    m_services.store.changeOperation(id, [](Operation &operation) {
        operation.setStatus(Operation::Status::Running);
        operation.setStartedAtMs(nowMs());
    });
    OperationRun run(m_services, *ticket->handler, ticket->entry, ticket->mode);
    const auto outcome = ticket->mode == Steps::Mode::Forward
                             ? run.forward(ticket->deadline, ticket->cancellation,
                                           [this, id] { watchAnew(id, Call::Clock::now() + undoPatience); })
                             : run.undo();
    end(ticket, outcome.result, outcome.notes);
}

void CommandRouter::watchAnew(OperationId id, Call::Clock::time_point end)
{
    m_deadlines.forget(id);
    m_deadlines.watch(id, end);
}

// Nothing has been done, so the VM is as it was: nobody has to ask.
bool CommandRouter::endUnbegun(const TicketPtr &ticket, const Error &error)
{
    {
        const std::scoped_lock lock(m_mutex);
        if (ticket->stage != Ticket::Stage::Waiting || ticket->mode != Steps::Mode::Forward)
            return false;
        ticket->stage = Ticket::Stage::Ended;
    }
    ticket->handler->withdraw(ticket->admission, ticket->entry.command);
    record(ticket, error, {});
    return true;
}

void CommandRouter::end(const TicketPtr &ticket, const Result<QCborMap> &result, const QStringList &notes)
{
    const VmId vm = ticket->admission.vm;
    if (!result && !vm.isNull()) {
        const Code code = result.error().code();
        if (code == Code::Unavailable || code == Code::DeadlineExceeded)
            m_services.store.observeUnknown(vm, result.error().message());
        m_inspect(vm);
    }
    record(ticket, result, notes);
}

void CommandRouter::record(const TicketPtr &ticket, const Result<QCborMap> &result, const QStringList &notes)
{
    const VmId vm = ticket->admission.vm;
    m_deadlines.forget(ticket->entry.operation.id());
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
    if (const auto written = m_services.store.commit(); !written)
        m_services.log.write(LogLevel::Error, source, QStringLiteral("cannot save: %1").arg(written.error().text()),
                             ticket->entry.operation.id(), vm);
    if (ended) {
        m_services.log.write(result ? LogLevel::Info : LogLevel::Warning, source,
                             QStringLiteral("%1 '%2' by %3: %4")
                                 .arg(ended->command(), ended->subject(), ended->principal().toString(),
                                      result ? QStringLiteral("done") : result.error().text()),
                             ended->id(), vm);
        m_archive.record(*ended);
        m_services.store.announceEnd(*ended);
    } else if (!vm.isNull()) {
        m_inspect(vm); // given up as overdue: its end is told already, what came of it is not known
    }
    leaveQueue(ticket);
}

void CommandRouter::leaveQueue(const TicketPtr &ticket)
{
    const std::scoped_lock lock(m_mutex);
    m_tickets.erase(ticket->entry.operation.id());
    const auto queue = m_queues.find(ticket->admission.vm);
    if (queue == m_queues.end())
        return; // it never waited there
    const bool wasFirst = queue->second.front() == ticket;
    std::erase(queue->second, ticket);
    if (queue->second.empty())
        m_queues.erase(queue);
    else if (wasFirst)
        launch(queue->second.front());
}

Result<void> CommandRouter::cancel(OperationId id)
{
    if (const auto operation = m_services.store.state()->operation(id); operation && operation->isEnded())
        return Error(Code::FailedPrecondition, QStringLiteral("the operation has ended already"));
    const TicketPtr ticket = find(id);
    if (!ticket)
        return Error(Code::NotFound, QStringLiteral("no operation '%1' under way").arg(id.toString()));
    ticket->cancellation->cancel();
    endUnbegun(ticket, cancelledBeforeItBegan()); // else whoever runs it sees it
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
            leaveBehind(record.id);
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

// What it was promised is promised to nobody from now on.
void CommandRouter::leaveBehind(VmId vm)
{
    m_services.store.dropRecord(vm, true);
    m_services.ledger.release(vm);
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
        if (ticket->mode == Steps::Mode::UndoOnly && record && record->phase == VmRecord::Phase::Present) {
            // Killed between the write of the finished VM and that of the operation's end.
            end(ticket, vmResult(record->id, m_services), {});
            return;
        }
    }
    if (ticket->admission.pool) {
        enqueue(ticket);
        return;
    }
    // Its driver is not there: what it had made waits as a leftover, and the operation is told as it is.
    if (const auto record = m_services.store.record(entry.operation.vm());
        record && record->phase != VmRecord::Phase::Present)
        leaveBehind(record->id);
    end(ticket, Error(Code::Unavailable, QStringLiteral("the agent stopped while it ran: %1").arg(problem.text())), {});
}

void CommandRouter::stop()
{
    const std::scoped_lock lock(m_mutex);
    m_stopping = true;
    for (const auto &[id, ticket] : m_tickets)
        ticket->cancellation->cancel();
}

void CommandRouter::deadlinePassed(OperationId id)
{
    const TicketPtr ticket = find(id);
    if (!ticket)
        return;
    const Error waited(Code::DeadlineExceeded, QStringLiteral("its time was over before it began"));
    if (endUnbegun(ticket, waited.withHint(QStringLiteral("other operations of this VM or its driver took it"))))
        return;
    if (Call::Clock::now() >= ticket->deadline + m_overdueAfter) // else it has begun just now, and is watched anew
        giveUp(ticket);
}

// The worker is left to itself; its VM's queue stays closed until it comes back.
void CommandRouter::giveUp(const TicketPtr &ticket)
{
    const Operation &operation = ticket->entry.operation;
    const QString problem = QStringLiteral("%1 has not come back from its driver").arg(operation.command());
    const auto ended = m_services.store.endOperation(operation.id(), [&](Operation &changed) {
        changed.setStatus(Operation::Status::Failed);
        changed.setError(Error(Code::DeadlineExceeded, problem));
    });
    if (!ended)
        return; // it came back at this moment
    {
        const std::scoped_lock lock(m_mutex);
        ticket->overdue = true;
    }
    m_services.log.write(LogLevel::Error, source, problem, operation.id(), operation.vm());
    m_services.store.observeUnknown(operation.vm(), problem);
    // Without this a killed agent's successor would run it again, long after it was told as failed.
    if (const auto written = m_services.store.commit(); !written)
        m_services.log.write(LogLevel::Error, source, QStringLiteral("cannot save: %1").arg(written.error().text()),
                             operation.id(), operation.vm());
    m_archive.record(*ended);
    m_services.store.announceEnd(*ended);
}

CommandRouter::TicketPtr CommandRouter::find(OperationId id)
{
    const std::scoped_lock lock(m_mutex);
    const auto at = m_tickets.find(id);
    return at == m_tickets.end() ? nullptr : at->second;
}

} // namespace ghost
