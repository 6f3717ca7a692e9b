// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Database.h"

#include <array>
#include <cstdio>

#include <QtCore/QDateTime>
#include <QtCore/QFile>
#include <QtCore/QUuid>
#include <QtSql/QSqlError>
#include <QtSql/QSqlQuery>
#include <QtSql/QSqlRecord>

namespace ghost::uplink {

namespace {

constexpr int schemaVersion = 1;

/// SQLite's primary result codes; extended ones have them in the low byte.
constexpr int sqliteError = 1; ///< the statement does not fit the tables
constexpr int sqliteCorrupt = 11;
constexpr int sqliteFull = 13;
constexpr int sqliteNotADatabase = 26;

constexpr std::array schema = {
    "CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL)",
    // What the cloud knows of each VM when it has read the outbox to its end.
    "CREATE TABLE IF NOT EXISTS picture (vm TEXT PRIMARY KEY, name TEXT NOT NULL, cbor BLOB NOT NULL)",
    "CREATE TABLE IF NOT EXISTS outbox (row INTEGER PRIMARY KEY AUTOINCREMENT, sequence INTEGER, kind INTEGER NOT NULL,"
    " vm TEXT NOT NULL, name TEXT NOT NULL, cbor BLOB NOT NULL, operation TEXT NOT NULL, time INTEGER NOT NULL)",
    "CREATE INDEX IF NOT EXISTS outbox_by_vm ON outbox (vm, row)",
    // The newest report of each VM that tells what somebody other than the cloud did to it. Row 0: not in the outbox
    // yet.
    "CREATE TABLE IF NOT EXISTS local_changes (vm TEXT PRIMARY KEY, row INTEGER NOT NULL, sequence INTEGER)",
    "CREATE TABLE IF NOT EXISTS commands (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,"
    " state INTEGER NOT NULL, message BLOB NOT NULL, boot TEXT NOT NULL, expires INTEGER NOT NULL,"
    " operation TEXT NOT NULL, result BLOB NOT NULL)",
    "CREATE INDEX IF NOT EXISTS commands_by_state ON commands (state, number)"};

/// SQLite's own beside a database: a new one must not find them.
const QStringList companions{QStringLiteral("-wal"), QStringLiteral("-shm")};

} // namespace

Result<void> removeDatabase(const QString &file)
{
    for (const QString &suffix : companions + QStringList{QString()})
        if (QFile::exists(file + suffix) && !QFile::remove(file + suffix))
            return Error(Code::Unavailable,
                         QStringLiteral("cannot remove %1: %2").arg(file + suffix, qt_error_string(errno)));
    return {};
}

Database::Database(const QString &file)
    : m_file(file)
    , m_connection(QStringLiteral("uplink-") + QUuid::createUuid().toString(QUuid::WithoutBraces))
    , m_database(QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), m_connection))
{}

Database::~Database()
{
    m_database.close();
    m_database = QSqlDatabase(); // removeDatabase complains while a handle is held
    QSqlDatabase::removeDatabase(m_connection);
}

Error Database::failure(const QSqlError &error)
{
    m_nativeCode = error.nativeErrorCode().toInt() & 0xff;
    m_isDamaged = m_isDamaged || m_nativeCode == sqliteCorrupt || m_nativeCode == sqliteNotADatabase;
    const Code code = m_nativeCode == sqliteFull ? Code::ResourceExhausted : Code::Unavailable;
    const QString text = error.databaseText().isEmpty() ? error.driverText() : error.databaseText();
    return Error(code, QStringLiteral("%1: %2").arg(m_file, text));
}

/// Of a call that cannot fail with tables of ours.
Error Database::notOurs(const Error &error)
{
    m_isDamaged = m_isDamaged || m_nativeCode == sqliteError;
    return error;
}

Result<void> Database::open()
{
    m_isDamaged = false;
    if (!m_database.isValid())
        return Error(Code::Unavailable, QStringLiteral("Qt has no SQLite driver"))
            .withHint(QStringLiteral("install libqt6sql6-sqlite"));
    m_database.setDatabaseName(m_file);
    m_database.setConnectOptions(QStringLiteral("QSQLITE_BUSY_TIMEOUT=2000"));
    if (!m_database.open())
        return failure(m_database.lastError());
    QFile::setPermissions(m_file, QFileDevice::ReadOwner | QFileDevice::WriteOwner);
    // The log is written back after 64 pages, not SQLite's 1,000: 4 MB of log beside a database of 50 kB would be what
    // fills a small disk.
    for (const char *pragma : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA wal_autocheckpoint=64"})
        if (auto ok = rows(QLatin1String(pragma)); !ok)
            return ok.error();
    return prepareSchema();
}

Result<void> Database::prepareSchema()
{
    const auto version = number(QStringLiteral("PRAGMA user_version"));
    if (!version)
        return version.error();
    if (*version > schemaVersion) {
        m_isDamaged = true;
        return Error(Code::FailedPrecondition, QStringLiteral("%1: made by a newer version of the agent").arg(m_file));
    }
    return transact([this]() -> Result<void> {
        for (const char *statement : schema)
            if (auto ok = run(QLatin1String(statement)); !ok)
                return notOurs(ok.error());
        // Tables of these names, but of another kind, show here at the latest.
        for (const char *question :
             {"SELECT name, cbor FROM picture LIMIT 1", "SELECT sequence, operation FROM outbox LIMIT 1",
              "SELECT boot, result FROM commands LIMIT 1", "SELECT value FROM facts LIMIT 1"})
            if (auto ours = rows(QLatin1String(question)); !ours)
                return notOurs(ours.error());
        return run(QStringLiteral("PRAGMA user_version = %1").arg(schemaVersion));
    });
}

Result<QString> Database::moveAside()
{
    m_database.close();
    const QString time = QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyyMMdd'T'HHmmsszzz'Z'"));
    const QString aside = QStringLiteral("%1.bad-%2").arg(m_file, time);
    if (std::rename(QFile::encodeName(m_file).constData(), QFile::encodeName(aside).constData()) != 0)
        return Error(Code::Unavailable, QStringLiteral("cannot move %1 aside: %2").arg(m_file, qt_error_string(errno)));
    for (const QString &suffix : companions)
        std::rename(QFile::encodeName(m_file + suffix).constData(), QFile::encodeName(aside + suffix).constData());
    return aside;
}

Result<void> Database::run(const QString &statement, const QVariantList &values)
{
    const auto done = rows(statement, values);
    return done ? Result<void>() : Result<void>(done.error());
}

Result<QList<QVariantList>> Database::rows(const QString &statement, const QVariantList &values)
{
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    if (!query.prepare(statement))
        return failure(query.lastError());
    for (const QVariant &value : values)
        query.addBindValue(value);
    if (!query.exec())
        return failure(query.lastError());
    const int columns = int(query.isSelect() ? query.record().count() : 0);
    QList<QVariantList> found;
    while (columns > 0 && query.next()) {
        QVariantList row;
        for (int column = 0; column < columns; ++column)
            row.append(query.value(column));
        found.append(row);
    }
    if (query.lastError().isValid())
        return failure(query.lastError());
    return found;
}

Result<qint64> Database::number(const QString &statement, const QVariantList &values)
{
    const auto found = rows(statement, values);
    if (!found)
        return found.error();
    return found->isEmpty() ? 0 : found->first().first().toLongLong();
}

Result<void> Database::transact(const std::function<Result<void>()> &work)
{
    if (!m_database.transaction())
        return failure(m_database.lastError());
    auto done = work();
    if (done && !m_database.commit())
        done = failure(m_database.lastError());
    if (!done)
        m_database.rollback();
    return done;
}

} // namespace ghost::uplink
