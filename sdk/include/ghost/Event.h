// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QCborMap>
#include <QtCore/QStringList>

#include "ghost/Ids.h"

namespace ghost {

/// Something changed. Carries the whole new value, so a reader needs no second look.
class GHOST_SDK_EXPORT Event
{
    GHOST_VALUE(Event)
public:
    /// One sequence for all events of this run of the agent, from 1.
    quint64 sequence() const;
    void setSequence(quint64 sequence);
    /// Milliseconds since the epoch UTC.
    qint64 timeMs() const;
    void setTimeMs(qint64 ms);
    /// `vm.created`, `vm.changed`, `vm.removed`, `operation.changed`, `plugin.changed`, `host.sleeping`, `host.awake`,
    /// `host.shutting_down`, `host.shutdown_cancelled`, or `resync`: events were lost for this reader, read
    /// Agent::state() again.
    QString kind() const;
    void setKind(const QString &kind);
    /// Id of the VM, operation or plugin; of the agent for those of its host.
    QString subject() const;
    void setSubject(const QString &subject);
    /// Vm, Operation or Plugin of ghost/agent/v1; empty for `resync` and the host's.
    QCborMap value() const;
    void setValue(const QCborMap &value);

    /// As message Event in ghost/agent/v1.
    QCborMap toCbor() const;
};

/// Which events a reader wants. Empty fields want all.
struct EventFilter
{
    QStringList kinds; ///< `vm.` at the end of a dot means the whole family
    QString subject;   ///< only this id
    quint64 since = 0; ///< replay events after this sequence first; too old: a `resync` comes first
};

} // namespace ghost
