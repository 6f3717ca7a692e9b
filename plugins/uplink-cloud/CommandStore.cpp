// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "CommandStore.h"

namespace ghost::uplink {

namespace {

using Stage = StoredCommand::State;

constexpr int settledKept = 1'000;

QString idText(OperationId operation)
{
    return operation.isNull() ? QStringLiteral("") : operation.toString();
}

QByteArray blob(const QByteArray &bytes)
{
    return bytes.isNull() ? QByteArray("") : bytes; // SQLite takes a null one for NULL
}

} // namespace

Result<QList<StoredCommand>> CommandStore::read(const QString &condition, const QVariantList &values)
{
    const auto rows =
        m_database.rows(QStringLiteral("SELECT id, state, message, boot, expires, operation, result FROM commands "
                                       "WHERE ") +
                            condition,
                        values);
    if (!rows)
        return rows.error();
    QList<StoredCommand> commands;
    for (const QVariantList &row : *rows)
        commands.append({row.at(0).toString(), Stage(row.at(1).toInt()), row.at(2).toByteArray(), row.at(3).toString(),
                         row.at(4).toLongLong(), OperationId::fromString(row.at(5).toString()),
                         row.at(6).toByteArray()});
    return commands;
}

Result<std::optional<StoredCommand>> CommandStore::find(const QString &id)
{
    const auto found = read(QStringLiteral("id = ?"), {id});
    if (!found)
        return found.error();
    return found->isEmpty() ? std::nullopt : std::optional(found->first());
}

Result<void> CommandStore::add(const StoredCommand &command)
{
    return m_database.run(QStringLiteral("INSERT INTO commands (id, state, message, boot, expires, operation, result)"
                                         " VALUES (?, ?, ?, ?, ?, ?, ?)"),
                          {command.id, int(command.state), blob(command.message), command.bootId + QLatin1String(""),
                           command.expiresMs, idText(command.operation), blob(command.result)});
}

Result<void> CommandStore::extend(const QString &id, const QString &bootId, qint64 expiresMs)
{
    return m_database.run(QStringLiteral("UPDATE commands SET boot = ?, expires = ? WHERE id = ?"),
                          {bootId + QLatin1String(""), expiresMs, id});
}

Result<void> CommandStore::setWaiting(const QString &id)
{
    return setState(id, Stage::Waiting);
}

Result<void> CommandStore::setBegun(const QString &id)
{
    return setState(id, Stage::Begun);
}

Result<void> CommandStore::setState(const QString &id, Stage state)
{
    return m_database.run(QStringLiteral("UPDATE commands SET state = ? WHERE id = ?"), {int(state), id});
}

Result<void> CommandStore::setRunning(const QString &id, OperationId operation)
{
    return m_database.run(QStringLiteral("UPDATE commands SET state = ?, operation = ? WHERE id = ?"),
                          {int(Stage::Running), idText(operation), id});
}

Result<void> CommandStore::end(const QString &id, const QByteArray &result)
{
    return m_database.run(QStringLiteral("UPDATE commands SET state = ?, result = ?, message = x'' WHERE id = ?"),
                          {int(Stage::Ended), blob(result), id});
}

Result<QList<StoredCommand>> CommandStore::underWay()
{
    return read(QStringLiteral("state < ? ORDER BY number"), {int(Stage::Ended)});
}

Result<QList<StoredCommand>> CommandStore::ended(int limit)
{
    return read(QStringLiteral("state = ? ORDER BY number LIMIT ?"), {int(Stage::Ended), limit});
}

Result<void> CommandStore::settle(const QStringList &taken, const QStringList &refused)
{
    const auto set = [this](const QStringList &ids, Stage state) -> Result<void> {
        for (const QString &id : ids)
            if (auto ok = m_database.run(QStringLiteral("UPDATE commands SET state = ? WHERE id = ? AND state = ?"),
                                         {int(state), id, int(Stage::Ended)});
                !ok)
                return ok;
        return {};
    };
    return m_database.transact([&]() -> Result<void> {
        if (auto ok = set(taken, Stage::Acknowledged); !ok)
            return ok;
        if (auto ok = set(refused, Stage::Refused); !ok)
            return ok;
        return m_database.run(
            QStringLiteral("DELETE FROM commands WHERE state >= %1 AND number <= (SELECT number FROM commands"
                           " WHERE state >= %1 ORDER BY number DESC LIMIT 1 OFFSET %2)")
                .arg(int(Stage::Acknowledged))
                .arg(settledKept));
    });
}

Result<CommandStore::Counts> CommandStore::counts()
{
    const auto rows =
        m_database.rows(QStringLiteral("SELECT state, COUNT(*) FROM commands WHERE state < ? GROUP BY state"),
                        {int(Stage::Acknowledged)});
    if (!rows)
        return rows.error();
    Counts counts;
    for (const QVariantList &row : *rows) {
        const int number = row.at(1).toInt();
        counts.unacknowledged += number;
        counts.underWay += Stage(row.at(0).toInt()) == Stage::Ended ? 0 : number;
    }
    return counts;
}

} // namespace ghost::uplink
