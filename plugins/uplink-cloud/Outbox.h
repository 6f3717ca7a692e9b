// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "Database.h"

namespace ghost::uplink {

/// One change of one VM, as it is told to the cloud.
struct Report
{
    enum class Kind : int { Unspecified = 0, Created, Deleted, Changed };

    quint64 sequence = 0; ///< 0: has none yet
    Kind kind = Kind::Unspecified;
    QString vm;
    QString name;
    QByteArray value;  ///< the whole Vm as CBOR; empty when it is deleted
    QString operation; ///< empty: nobody asked for it
    qint64 timeMs = 0; ///< wall clock
};

/// Reports on their way to the cloud, oldest first. A report gets its sequence number when its turn comes, not before:
/// so the cloud sees no gap whatever gave way to what, and a number once given stays over a kill. On the desk's thread.
class Outbox
{
public:
    Outbox(Database &database, int limit);

    /// How many wait.
    Result<int> count();
    /// False: no room, and none to be made. Full, the oldest state of a VM of which a newer one waits gives way; that a
    /// VM was created or deleted never does.
    Result<bool> makeRoom();
    /// Its row.
    Result<qint64> add(const Report &report);
    /// The first one, now with a number.
    Result<std::optional<Report>> next();
    /// The cloud has this one and all before it.
    Result<void> acknowledge(quint64 sequence);
    /// The cloud has reports up to @p sequence, whatever is known here: numbers go on after it.
    Result<void> continueAfter(quint64 sequence);
    /// The last number given. It never falls.
    Result<quint64> lastSequence();

private:
    Result<void> setLastSequence(quint64 sequence);

    Database &m_database;
    const int m_limit;
};

} // namespace ghost::uplink
