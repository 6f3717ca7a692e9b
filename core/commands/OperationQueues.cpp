// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/OperationQueues.h"

namespace ghost {

namespace {

/// Each operation under way costs a file descriptor and a place in the journal, which is written again at every step.
constexpr std::size_t mostForOneVm = 16;
constexpr std::size_t mostInAll = 256;

} // namespace

Result<void> OperationQueues::roomForAnother() const
{
    if (m_tickets.size() < mostInAll)
        return {};
    return Error(Code::ResourceExhausted, QStringLiteral("%1 operations are under way").arg(m_tickets.size()))
        .withHint(QStringLiteral("ask again when some have ended"));
}

Result<void> OperationQueues::roomFor(const Admission &admission) const
{
    const auto queue = m_queues.find(admission.vm);
    if (queue == m_queues.end())
        return {};
    const Ticket &first = *queue->second.front();
    const QString command = first.entry.command.name();
    if (first.overdue)
        return Error(Code::Busy,
                     QStringLiteral("VM '%1': its driver has not come back from %2").arg(admission.subject, command));
    if (queue->second.size() >= mostForOneVm)
        return Error(Code::Busy, QStringLiteral("VM '%1': %2 operations wait for %3 to end")
                                     .arg(admission.subject)
                                     .arg(queue->second.size() - 1)
                                     .arg(command));
    return {};
}

bool OperationQueues::add(const TicketPtr &ticket)
{
    announce(ticket);
    if (ticket->admission.vm.isNull())
        return true;
    auto &queue = m_queues[ticket->admission.vm];
    queue.push_back(ticket);
    return queue.size() == 1;
}

TicketPtr OperationQueues::remove(const TicketPtr &ticket)
{
    m_tickets.erase(ticket->id());
    const auto queue = m_queues.find(ticket->admission.vm);
    if (queue == m_queues.end())
        return nullptr;
    const bool wasFirst = queue->second.front() == ticket;
    std::erase(queue->second, ticket);
    if (!queue->second.empty())
        return wasFirst ? queue->second.front() : nullptr;
    m_queues.erase(queue);
    return nullptr;
}

TicketPtr OperationQueues::find(OperationId id) const
{
    const auto at = m_tickets.find(id);
    return at == m_tickets.end() ? nullptr : at->second;
}

} // namespace ghost
