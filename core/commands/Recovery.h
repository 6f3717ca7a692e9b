// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "commands/CommandHandler.h"
#include "state/JournalEntry.h"

namespace ghost {

class CommandRouter;
class OperationArchive;
struct VmRecord;

/// What an earlier run of the agent left unfinished: each operation is undone or run again, as its handler says.
class Recovery
{
public:
    Recovery(const Services &services, OperationArchive &archive, CommandRouter &router);

    /// Once, when the drivers are active.
    void run();
    /// Once, when the frontends are open: the rest of it.
    void runWithFrontends();

private:
    void rememberRequests(const QList<JournalEntry> &unfinished);
    bool asksFrontend(const JournalEntry &entry) const;
    void finish(const JournalEntry &entry);
    Result<WorkerPool *> poolFor(const JournalEntry &entry, const std::optional<VmRecord> &record) const;
    void leaveBehind(VmId vm);

    const Services m_services;
    OperationArchive &m_archive;
    CommandRouter &m_router;
    QList<JournalEntry> m_ofFrontends; ///< they wait for runWithFrontends
};

} // namespace ghost
