// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "Database.h"

namespace ghost::uplink {

/// Which report tells the newest thing that somebody other than the cloud did to a VM: a command that was decided
/// before the cloud could know that is not done. On the desk's thread.
class LocalChanges
{
public:
    explicit LocalChanges(Database &database)
        : m_database(database)
    {}

    /// The report in @p row tells of it; 0: there is no such report yet.
    Result<void> note(const QString &vm, qint64 row);
    /// Noted with row 0, and nothing since.
    Result<bool> isUntold(const QString &vm);
    /// Of something that a command decided on @p generation could not know.
    Result<bool> isNewerThan(quint64 generation, const QString &vm);
    Result<void> forget(const QString &vm);

private:
    Database &m_database;
};

} // namespace ghost::uplink
