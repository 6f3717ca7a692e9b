// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QHash>
#include <QtCore/QList>
#include <QtCore/QMap>

#include "state/JournalEntry.h"
#include "state/VmRecord.h"

namespace ghost {

/// The content of data/vms.json.
struct SavedState
{
    AgentId agentId;
    QList<VmRecord> vms;
    QList<Leftover> leftovers;
    QMap<QString, NetworkId> networks; ///< the agent's network of each network plugin
    QList<JournalEntry> journal;
    /// Operations that have ended, until the archive has them: an end is never only in one place that a kill may take.
    QList<Operation> ended;
    /// Records that do not parse, as they stood, with the reason. Kept and shown, never dropped.
    QList<QPair<QJsonObject, QString>> quarantined;

    /// What the records looked like in the last file, so that only changed ones are written out anew.
    using RecordTexts = QHash<VmId, QPair<VmRecord, QByteArray>>;

    /// A line a VM. Keeps @p texts up to date.
    QByteArray toJson(RecordTexts &texts) const;
    QByteArray toJson() const;
    /// Fails when the file as a whole is not ours; single bad records go to quarantined.
    static Result<SavedState> fromJson(const QByteArray &json);
};

} // namespace ghost
