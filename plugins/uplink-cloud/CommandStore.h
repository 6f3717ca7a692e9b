// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "Database.h"
#include "ghost/Ids.h"

namespace ghost::uplink {

/// A command of the cloud, as far as it has come.
struct StoredCommand
{
    enum class State : int {
        Unspecified = 0,
        Waiting,      ///< not begun
        Begun,        ///< allowed and in time: being submitted. After a kill: perhaps it was
        Running,      ///< an operation of the agent
        Ended,        ///< its result waits for the cloud
        Acknowledged, ///< the cloud has the result
        Refused,      ///< the cloud does not take the result, and is not asked again
    };

    QString id;
    State state = State::Unspecified;
    QByteArray message;    ///< ghost.cloud.v1.Command, until it has ended
    QString bootId;        ///< in which expiresMs counts
    qint64 expiresMs = 0;  ///< by HostClock
    OperationId operation; ///< while it runs
    QByteArray result;     ///< ghost.cloud.v1.CommandResult, once it has ended
};

/// The commands of the cloud: each is here before it is begun, and until long after its result was acknowledged, so
/// that a repeated one is known. On the desk's thread.
class CommandStore
{
public:
    struct Counts
    {
        int underWay = 0;       ///< waiting, begun or running
        int unacknowledged = 0; ///< those and the ended ones
    };

    explicit CommandStore(Database &database)
        : m_database(database)
    {}

    Result<std::optional<StoredCommand>> find(const QString &id);
    Result<void> add(const StoredCommand &command);
    /// The cloud says anew how long it may wait.
    Result<void> extend(const QString &id, const QString &bootId, qint64 expiresMs);
    Result<void> setWaiting(const QString &id);
    Result<void> setBegun(const QString &id);
    Result<void> setRunning(const QString &id, OperationId operation);
    Result<void> end(const QString &id, const QByteArray &result);
    /// Those that have not ended, oldest first.
    Result<QList<StoredCommand>> underWay();
    /// Those that ended, oldest first, @p limit at most.
    Result<QList<StoredCommand>> ended(int limit);
    /// The cloud has the results of @p taken, and will never take those of @p refused. Forgets the oldest of those that
    /// came to that long ago.
    Result<void> settle(const QStringList &taken, const QStringList &refused);
    Result<Counts> counts();

private:
    Result<void> setState(const QString &id, StoredCommand::State state);
    Result<QList<StoredCommand>> read(const QString &condition, const QVariantList &values);

    Database &m_database;
};

} // namespace ghost::uplink
