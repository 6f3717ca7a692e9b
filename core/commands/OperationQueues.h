// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>

#include "commands/Ticket.h"

namespace ghost {

/// The operations under way: those of one VM one after another, all others at once. Not thread-safe.
class OperationQueues
{
public:
    /// ResourceExhausted when there are too many in all.
    Result<void> roomForAnother() const;
    /// Busy when too many wait for this VM, or the one in front does not come back.
    Result<void> roomFor(const Admission &admission) const;

    /// It can be found from now on, but waits for nobody yet.
    void announce(const TicketPtr &ticket) { m_tickets[ticket->id()] = ticket; }
    /// True: nothing is before it, so it may run.
    bool add(const TicketPtr &ticket);
    /// Whose turn it is now, if that changed. One that was never added: nothing.
    TicketPtr remove(const TicketPtr &ticket);
    TicketPtr find(OperationId id) const;
    const std::map<OperationId, TicketPtr> &all() const { return m_tickets; }

private:
    std::map<OperationId, TicketPtr> m_tickets;
    std::map<VmId, std::deque<TicketPtr>> m_queues; ///< the front one runs
};

} // namespace ghost
