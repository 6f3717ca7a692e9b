// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "commands/CommandHandler.h"
#include "state/JournalEntry.h"

namespace ghost {

/// One run of one operation on a worker: the handler, and when it fails, the undos.
class OperationRun : private CallListener
{
public:
    struct Outcome
    {
        Result<QCborMap> result;
        QStringList notes;
    };

    OperationRun(const Services &services, CommandHandler &handler, const JournalEntry &entry, Steps::Mode mode);

    /// @p undoing is called when what was done must be taken back, which has time of its own; @p moreTime when a step
    /// is begun that may go on after @p deadline.
    Outcome forward(Call::Clock::time_point deadline, const std::shared_ptr<Cancellation> &cancellation,
                    const std::function<void()> &undoing, const Steps::MoreTime &moreTime = {});
    /// Takes back what an earlier run of the agent had begun.
    Outcome undo();

private:
    Error taken(Work &work, const Error &error, bool confirmed);
    void progress(int percent, const QString &text) override;
    void log(LogLevel level, const QString &message) override;

    const Services m_services;
    CommandHandler &m_handler;
    const JournalEntry &m_entry;
    const Steps::Mode m_mode;
};

} // namespace ghost
