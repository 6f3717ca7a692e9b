// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "commands/CommandHandler.h"
#include "state/JournalEntry.h"

namespace ghost {

/// One operation in the router's hands.
struct Ticket
{
    JournalEntry entry;
    CommandHandler *handler = nullptr;
    Admission admission;
    Steps::Mode mode = Steps::Mode::Forward;
    std::shared_ptr<Cancellation> cancellation = std::make_shared<Cancellation>();
    Call::Clock::time_point deadline;
    /// Once it has begun: its driver's call is left to itself then.
    Call::Clock::time_point giveUpAt = Call::Clock::time_point::max();
    enum class Stage { Waiting, Begun, Ended } stage = Stage::Waiting;
    bool overdue = false; ///< its driver's call is left to itself

    /// An earlier run of the agent had begun it: it is not as if nothing had been done.
    bool isTakenUp() const { return !entry.steps.isEmpty(); }
    OperationId id() const { return entry.operation.id(); }
};
using TicketPtr = std::shared_ptr<Ticket>;

} // namespace ghost
