// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Outbox.h"

namespace ghost::uplink {

namespace {

constexpr int changed = int(Report::Kind::Changed);

Report reportOf(const QVariantList &row)
{
    Report report;
    report.sequence = row.at(1).toULongLong();
    report.kind = Report::Kind(row.at(2).toInt());
    report.vm = row.at(3).toString();
    report.name = row.at(4).toString();
    report.value = row.at(5).toByteArray();
    report.operation = row.at(6).toString();
    report.timeMs = row.at(7).toLongLong();
    return report;
}

/// SQLite takes a null QString or QByteArray for NULL.
QVariant blob(const QByteArray &bytes)
{
    return bytes.isNull() ? QByteArray("") : bytes;
}

QVariant text(const QString &value)
{
    return value.isNull() ? QStringLiteral("") : value;
}

} // namespace

Outbox::Outbox(Database &database, int limit)
    : m_database(database)
    , m_limit(limit)
{}

Result<int> Outbox::count()
{
    const auto number = m_database.number(QStringLiteral("SELECT COUNT(*) FROM outbox"));
    return number ? Result<int>(int(*number)) : Result<int>(number.error());
}

Result<bool> Outbox::makeRoom()
{
    const auto waiting = count();
    if (!waiting)
        return waiting.error();
    if (*waiting < m_limit)
        return true;
    const auto superseded = m_database.rows(
        QStringLiteral("SELECT old.row, (SELECT MIN(row) FROM outbox WHERE vm = old.vm AND row > old.row)"
                       " FROM outbox old WHERE old.kind = ? AND old.sequence IS NULL"
                       " AND EXISTS (SELECT 1 FROM outbox WHERE vm = old.vm AND row > old.row)"
                       " ORDER BY old.row LIMIT 1"),
        {changed});
    if (!superseded)
        return superseded.error();
    if (superseded->isEmpty())
        return false;
    const QVariant old = superseded->first().at(0);
    if (auto moved = m_database.run(QStringLiteral("UPDATE local_changes SET row = ? WHERE row = ?"),
                                    {superseded->first().at(1), old});
        !moved)
        return moved.error();
    const auto dropped = m_database.run(QStringLiteral("DELETE FROM outbox WHERE row = ?"), {old});
    return dropped ? Result<bool>(true) : Result<bool>(dropped.error());
}

Result<qint64> Outbox::add(const Report &report)
{
    if (auto added = m_database.run(QStringLiteral("INSERT INTO outbox (kind, vm, name, cbor, operation, time)"
                                                   " VALUES (?, ?, ?, ?, ?, ?)"),
                                    {int(report.kind), report.vm, text(report.name), blob(report.value),
                                     text(report.operation), report.timeMs});
        !added)
        return added.error();
    return m_database.number(QStringLiteral("SELECT MAX(row) FROM outbox"));
}

Result<std::optional<Report>> Outbox::next()
{
    const auto first = m_database.rows(
        QStringLiteral("SELECT row, sequence, kind, vm, name, cbor, operation, time FROM outbox ORDER BY row LIMIT 1"));
    if (!first)
        return first.error();
    if (first->isEmpty())
        return std::optional<Report>();
    Report report = reportOf(first->first());
    if (report.sequence != 0)
        return std::optional(report);

    const QVariant row = first->first().at(0);
    const auto numbered = m_database.transact([&]() -> Result<void> {
        const auto last = lastSequence();
        if (!last)
            return last.error();
        report.sequence = *last + 1;
        if (auto ok = setLastSequence(report.sequence); !ok)
            return ok;
        const QVariantList values{qint64(report.sequence), row};
        if (auto ok = m_database.run(QStringLiteral("UPDATE local_changes SET sequence = ? WHERE row = ?"), values);
            !ok)
            return ok;
        return m_database.run(QStringLiteral("UPDATE outbox SET sequence = ? WHERE row = ?"), values);
    });
    return numbered ? Result<std::optional<Report>>(report) : Result<std::optional<Report>>(numbered.error());
}

Result<void> Outbox::acknowledge(quint64 sequence)
{
    return m_database.run(QStringLiteral("DELETE FROM outbox WHERE sequence <= ?"), {qint64(sequence)});
}

Result<void> Outbox::continueAfter(quint64 sequence)
{
    return m_database.transact([&]() -> Result<void> {
        const auto last = lastSequence();
        if (!last)
            return last.error();
        if (sequence > *last)
            if (auto ok = setLastSequence(sequence); !ok)
                return ok;
        return acknowledge(sequence);
    });
}

Result<quint64> Outbox::lastSequence()
{
    const auto last = m_database.number(QStringLiteral("SELECT value FROM facts WHERE name = 'last_sequence'"));
    return last ? Result<quint64>(quint64(*last)) : Result<quint64>(last.error());
}

Result<void> Outbox::setLastSequence(quint64 sequence)
{
    return m_database.run(QStringLiteral("INSERT OR REPLACE INTO facts VALUES ('last_sequence', ?)"),
                          {qint64(sequence)});
}

} // namespace ghost::uplink
