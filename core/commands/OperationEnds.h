// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "commands/CommandHandler.h"
#include "ghost/Operation.h"

namespace ghost {

class OperationArchive;

/// How an operation's end is made known: first decided in the state, then on disk, and only then told to everybody.
class OperationEnds
{
public:
    OperationEnds(const Services &services, OperationArchive &archive);

    /// The operation as it ended; nothing if it had ended before.
    std::optional<Operation> decide(OperationId id, const Result<QCborMap> &result, const QStringList &notes);
    /// All that was decided so far survives from now on, or the log says why not.
    void save(const Operation &operation);
    /// In the log, the archive and its last event.
    void tell(const Operation &ended);

private:
    const Services m_services;
    OperationArchive &m_archive;
};

} // namespace ghost
