// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QHash>

#include "LocalChanges.h"
#include "OperationTrail.h"
#include "Outbox.h"

namespace ghost::uplink {

/// Makes reports of the difference between how the VMs are and how the cloud was told that they are. The picture of
/// what it was told changes together with the outbox or not at all: so neither a kill nor a full disk loses a change,
/// at worst it is told later. On the desk's thread.
class Reporter
{
public:
    Reporter(Database &database, Outbox &outbox, LocalChanges &changes);

    /// True: everything is told. False: the outbox is full, what is missing waits for room.
    Result<bool> look(const State &state);
    /// The database is another one.
    void forget();

private:
    struct Told
    {
        QString name;
        QByteArray value;
        friend bool operator==(const Told &, const Told &) = default;
    };
    using Picture = QHash<QString, Told>;

    Result<void> load();
    QList<Report> differences(const State &state) const;
    Result<bool> tell(const Report &report, Picture &picture);
    Result<void> noteLocal(const Report &report, qint64 row, bool isGone);

    Database &m_database;
    Outbox &m_outbox;
    LocalChanges &m_changes;
    OperationTrail m_trail;
    std::optional<Picture> m_picture; ///< as it stands in the database
    QHash<QString, Vm> m_seen;        ///< those of the last look: what is equal needs no second one
};

} // namespace ghost::uplink
