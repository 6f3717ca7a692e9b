// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QCborMap>
#include <QtCore/QStringList>

#include "ghost/Ids.h"
#include "ghost/Principal.h"

namespace ghost {

/// A submitted command on its way: what, by whom, how far, how it ended.
class GHOST_SDK_EXPORT Operation
{
    GHOST_VALUE(Operation)
public:
    enum class Status : int { Unspecified = 0, Queued, Running, Succeeded, Failed, Cancelled };

    OperationId id() const;
    void setId(OperationId id);
    /// Command name, `CreateVM`.
    QString command() const;
    void setCommand(const QString &command);
    Principal principal() const;
    void setPrincipal(const Principal &principal);
    QString requestId() const;
    void setRequestId(const QString &id);
    /// Null for commands that are not about a VM.
    VmId vm() const;
    void setVm(VmId vm);
    /// The VM's or image's name, for people.
    QString subject() const;
    void setSubject(const QString &subject);
    Status status() const;
    void setStatus(Status status);
    /// The step that runs now, `create disk`.
    QString step() const;
    void setStep(const QString &step);
    /// Progress of the step, 0–100; -1 unknown.
    int percent() const;
    void setPercent(int percent);
    /// Set when Failed or Cancelled.
    Error error() const;
    void setError(const Error &error);
    /// What the command produced: fields of OperationResult in ghost/agent/v1.
    QCborMap result() const;
    void setResult(const QCborMap &result);
    /// Things that the caller should know although it went well (`memory capped to 3 GiB: …`).
    QStringList notes() const;
    void setNotes(const QStringList &notes);
    /// Milliseconds since the epoch UTC; 0 not yet.
    qint64 createdAtMs() const;
    void setCreatedAtMs(qint64 ms);
    qint64 startedAtMs() const;
    void setStartedAtMs(qint64 ms);
    qint64 endedAtMs() const;
    void setEndedAtMs(qint64 ms);

    bool isEnded() const;
    /// As message Operation in ghost/agent/v1.
    QCborMap toCbor() const;
    /// The reverse of toCbor; unknown keys are ignored.
    static Operation fromCbor(const QCborMap &map);
};
GHOST_SDK_EXPORT QString operationStatusName(Operation::Status status);

/// As message Error in ghost/agent/v1.
GHOST_SDK_EXPORT QCborMap errorToCbor(const Error &error);
GHOST_SDK_EXPORT Error errorFromCbor(const QCborMap &map);

} // namespace ghost
