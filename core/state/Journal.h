// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include <QtCore/QList>

#include "state/JournalEntry.h"

namespace ghost {

/// The operations that must survive the process: the unfinished ones, and the ended ones that the archive may not have.
/// Not thread-safe.
class Journal
{
public:
    using Change = std::function<void(Operation &)>;

    Journal() = default;
    Journal(const QList<JournalEntry> &unfinished, const QList<Operation> &unarchived);

    /// A known id is replaced.
    void put(const JournalEntry &entry);
    /// In the order of submission.
    QList<JournalEntry> unfinished() const { return {m_unfinished.begin(), m_unfinished.end()}; }
    /// In the order of their ends.
    QList<Operation> unarchived() const { return {m_unarchived.begin(), m_unarchived.end()}; }

    /// The operation as it is then; nothing if it is not unfinished, or @p change changes nothing.
    std::optional<Operation> change(OperationId id, const Change &change);
    /// False: it is not unfinished.
    bool addStep(OperationId id, const QString &step);
    /// The operation as it ended, which is unarchived from now on; nothing if it is not unfinished.
    std::optional<Operation> end(OperationId id, const Change &change);
    /// The same for one that never was: nobody keeps it.
    std::optional<Operation> withdraw(OperationId id, const Change &change);
    /// The archive has them. False: it had them before.
    bool archived(const QList<Operation> &operations);

private:
    JournalEntry *find(OperationId id);
    std::optional<Operation> take(OperationId id, const Change &change);

    // No QList: what is changed in place must not share its memory with the copies that other threads read and release,
    // for Qt asks with a relaxed load whether it does.
    std::vector<JournalEntry> m_unfinished;
    std::vector<Operation> m_unarchived;
};

} // namespace ghost
