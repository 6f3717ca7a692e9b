// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/CommandRouter.h"

#include "Clock.h"
#include "WorkerPool.h"
#include "commands/OperationRun.h"
#include "log/Log.h"
#include "resources/ResourceLedger.h"
#include "state/OperationArchive.h"
#include "state/StateStore.h"

namespace ghost {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds longestTimeout = std::chrono::hours(24);
constexpr milliseconds archivePatience{1'000};

Error cancelledBeforeItBegan()
{
    return Error(Code::Cancelled, QStringLiteral("cancelled before it began"));
}

} // namespace

CommandRouter::CommandRouter(const Services &services, OperationArchive &archive, std::function<void(VmId)> inspect,
                             const Patience &patience)
    : m_services(services)
    , m_archive(archive)
    , m_ends(services, archive)
    , m_inspect(std::move(inspect))
    , m_patience(patience)
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
    ticket->handler = handler(command.name());
    if (!ticket->handler)
        return Error(Code::Unsupported, QStringLiteral("unknown command '%1'").arg(command.name().left(80)));
    std::optional<OperationId> first;
    {
        const std::scoped_lock lock(m_admissions);
        first = m_requestIds.find(principal, command.requestId());
        if (!first)
            if (const auto admitted = take(ticket, command, principal); !admitted)
                return admitted.error();
    }
    const auto written = m_services.store.commit();
    if (first) // its id may be told only when it is written
        return written ? Result<OperationId>(*first) : written.error();
    if (!written) {
        withdraw(ticket, written.error());
        return written.error();
    }
    enqueue(ticket);
    return ticket->id();
}

Result<void> CommandRouter::take(const TicketPtr &ticket, const Command &command, const Principal &principal)
{
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
    {
        const std::scoped_lock lock(m_mutex);
        m_queues.announce(ticket); // before anybody can read of it: whoever does may cancel it
    }
    m_services.store.putJournal(ticket->entry);
    m_requestIds.remember(principal, command.requestId(), operation.id());
    return {};
}

// It never came to be: its client may try again with the same request id.
void CommandRouter::withdraw(const TicketPtr &ticket, const Error &why)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_queues.remove(ticket);
        if (std::exchange(ticket->stage, Ticket::Stage::Ended) == Ticket::Stage::Ended)
            return; // cancelled meanwhile, and recorded as that
    }
    ticket->handler->withdraw(ticket->admission, ticket->entry.command);
    m_services.store.withdrawOperation(ticket->id(), why);
    {
        const std::scoped_lock lock(m_admissions);
        m_requestIds.forget(ticket->entry.operation.principal(), ticket->entry.command.requestId());
    }
    // The write that failed may have come as far as the disk, or another's may have taken the entry along: the next
    // start must not run what its client was told cannot be.
    if (const auto written = m_services.store.commit(); !written)
        m_services.log.write(LogLevel::Warning, QStringLiteral("commands"),
                             QStringLiteral("cannot write that %1 is withdrawn: %2")
                                 .arg(ticket->entry.operation.command(), written.error().text()),
                             ticket->id());
}

Result<Admission> CommandRouter::admit(CommandHandler &handler, const Command &command)
{
    if (command.timeoutMs() < 0 || command.timeoutMs() > longestTimeout.count())
        return Error(Code::InvalidArgument,
                     QStringLiteral("a time limit of %1 ms: 0 to 24 hours").arg(command.timeoutMs()))
            .withField(QStringLiteral("timeout_milliseconds"));
    {
        const std::scoped_lock lock(m_mutex);
        if (m_stopping)
            return Error(Code::Unavailable, QStringLiteral("the agent is stopping"));
        if (const auto room = m_queues.roomForAnother(); !room)
            return room.error();
    }
    auto admission = handler.admit(command);
    if (!admission)
        return admission;
    if (const auto room = roomFor(*admission); !room) {
        handler.withdraw(*admission, command);
        return room.error();
    }
    return admission;
}

Result<void> CommandRouter::roomFor(const Admission &admission)
{
    const std::scoped_lock lock(m_mutex);
    return m_queues.roomFor(admission);
}

void CommandRouter::enqueue(const TicketPtr &ticket)
{
    const std::scoped_lock lock(m_mutex);
    if (ticket->stage == Ticket::Stage::Ended)
        return; // cancelled while it was being written
    const milliseconds asked(ticket->entry.command.timeoutMs());
    ticket->deadline =
        Call::Clock::now() + (asked.count() > 0 ? asked : ticket->handler->defaultTimeout(ticket->entry.command));
    if (ticket->mode == Steps::Mode::Forward)
        m_deadlines.watch(ticket->id(), ticket->deadline);
    if (m_stopping) // since it was admitted
        ticket->cancellation->cancel();
    if (m_queues.add(ticket))
        launch(ticket);
}

void CommandRouter::launch(const TicketPtr &ticket)
{
    ticket->admission.pool->post([this, ticket] { execute(ticket); });
}

void CommandRouter::execute(const TicketPtr &ticket)
{
    const OperationId id = ticket->id();
    if (ticket->cancellation->isCancelled() && endUnbegun(ticket, cancelledBeforeItBegan()))
        return;
    bool isLeft = false;
    {
        const std::scoped_lock lock(m_mutex);
        if (ticket->stage == Ticket::Stage::Ended)
            return;
        ticket->stage = Ticket::Stage::Begun;
        isLeft = m_stopping && ticket->isTakenUp();
    }
    if (isLeft) { // half done since before this start: the next one finishes it
        leaveQueue(ticket);
        return;
    }
    giveUpAt(ticket, ticket->deadline + m_patience.afterDeadline);
    m_services.store.changeOperation(id, [](Operation &operation) {
        operation.setStatus(Operation::Status::Running);
        operation.setStartedAtMs(nowMs());
    });
    OperationRun run(m_services, *ticket->handler, ticket->entry, ticket->mode);
    const auto outcome =
        ticket->mode == Steps::Mode::Forward
            ? run.forward(
                  ticket->deadline, ticket->cancellation,
                  [&] { giveUpAt(ticket, Call::Clock::now() + m_patience.undo); },
                  [&](Call::Clock::time_point end) { giveUpAt(ticket, end + m_patience.afterDeadline); })
            : run.undo();
    end(ticket, outcome.result, outcome.notes);
}

void CommandRouter::giveUpAt(const TicketPtr &ticket, Call::Clock::time_point time)
{
    {
        const std::scoped_lock lock(m_mutex);
        ticket->giveUpAt = time;
    }
    m_deadlines.forget(ticket->id());
    m_deadlines.watch(ticket->id(), time);
}

// Nothing has been done, so the VM is as it was: nobody has to ask.
bool CommandRouter::endUnbegun(const TicketPtr &ticket, const Error &error)
{
    {
        const std::scoped_lock lock(m_mutex);
        if (ticket->stage != Ticket::Stage::Waiting || ticket->mode != Steps::Mode::Forward || ticket->isTakenUp())
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
    m_deadlines.forget(ticket->id());
    m_services.store.setResources(m_services.ledger.picture());
    const auto ended = m_ends.decide(ticket->id(), result, notes);
    m_ends.save(ticket->entry.operation);
    if (ended)
        m_ends.tell(*ended);
    leaveQueue(ticket);
    if (!ended && !vm.isNull())
        m_inspect(vm); // given up as overdue: its end is told already, what came of it is not known
}

void CommandRouter::leaveQueue(const TicketPtr &ticket)
{
    const std::scoped_lock lock(m_mutex);
    if (const TicketPtr next = m_queues.remove(ticket))
        launch(next);
}

Result<void> CommandRouter::cancel(OperationId id)
{
    const auto operation = m_services.store.state()->operation(id);
    const TicketPtr ticket = find(id);
    auto isEnded = Result<bool>(operation && operation->isEnded());
    if (!operation && !ticket)
        isEnded = m_archive.holds(id, archivePatience);
    if (!isEnded)
        return isEnded.error();
    if (*isEnded)
        return Error(Code::FailedPrecondition, QStringLiteral("the operation has ended already"));
    if (!ticket)
        return Error(Code::NotFound, QStringLiteral("no operation '%1' under way").arg(id.toString()));
    ticket->cancellation->cancel();
    endUnbegun(ticket, cancelledBeforeItBegan()); // else whoever runs it sees it
    return {};
}

void CommandRouter::takeUp(const JournalEntry &entry, WorkerPool *pool)
{
    const auto ticket = std::make_shared<Ticket>();
    ticket->entry = entry;
    ticket->handler = handler(entry.command.name());
    ticket->admission = {entry.operation.vm(), entry.operation.subject(), pool};
    if (ticket->handler->recovery() == CommandHandler::Recovery::Undo)
        ticket->mode = Steps::Mode::UndoOnly;
    enqueue(ticket);
}

void CommandRouter::conclude(const JournalEntry &entry, const Result<QCborMap> &result)
{
    const auto ticket = std::make_shared<Ticket>();
    ticket->entry = entry;
    ticket->admission.vm = entry.operation.vm();
    end(ticket, result, {});
}

void CommandRouter::remember(const Operation &operation)
{
    const std::scoped_lock lock(m_admissions);
    if (!m_requestIds.find(operation.principal(), operation.requestId()))
        m_requestIds.remember(operation.principal(), operation.requestId(), operation.id());
}

void CommandRouter::stop()
{
    std::vector<TicketPtr> tickets;
    {
        const std::scoped_lock lock(m_mutex);
        m_stopping = true;
        for (const auto &[id, ticket] : m_queues.all())
            tickets.push_back(ticket);
    }
    for (const TicketPtr &ticket : tickets)
        ticket->cancellation->cancel();
    // Else they would run at the next start, whenever that is. What an earlier run left half done must.
    for (const TicketPtr &ticket : tickets)
        endUnbegun(ticket, Error(Code::Cancelled, QStringLiteral("the agent is stopping")));
}

void CommandRouter::deadlinePassed(OperationId id)
{
    const TicketPtr ticket = find(id);
    if (!ticket)
        return;
    const Error waited(Code::DeadlineExceeded, QStringLiteral("its time was over before it began"));
    if (endUnbegun(ticket, waited.withHint(QStringLiteral("other operations of this VM or its driver took it"))))
        return;
    {
        const std::scoped_lock lock(m_mutex);
        if (Call::Clock::now() < ticket->giveUpAt)
            return; // it has begun, or begun to be undone, just now, and is watched anew
    }
    giveUp(ticket);
}

// The worker is left to itself; its VM's queue stays closed until it comes back.
void CommandRouter::giveUp(const TicketPtr &ticket)
{
    const Operation &operation = ticket->entry.operation;
    const QString problem = QStringLiteral("%1 has not come back from its driver").arg(operation.command());
    const auto ended = m_ends.decide(operation.id(), Error(Code::DeadlineExceeded, problem), {});
    if (!ended)
        return; // it came back at this moment
    {
        const std::scoped_lock lock(m_mutex);
        ticket->overdue = true;
    }
    m_services.store.observeUnknown(operation.vm(), problem);
    if (!find(operation.id()) && !operation.vm().isNull())
        m_inspect(operation.vm()); // it came back meanwhile, and its own look may have been before this word
    m_ends.save(*ended); // else a killed agent's successor would run it again, long after it was told as failed
    m_ends.tell(*ended);
}

TicketPtr CommandRouter::find(OperationId id)
{
    const std::scoped_lock lock(m_mutex);
    return m_queues.find(id);
}

} // namespace ghost
