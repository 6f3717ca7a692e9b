// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "storage/Database.h"

#include <array>

#include <QtCore/QFile>
#include <QtCore/QUuid>
#include <QtSql/QSqlError>
#include <QtSql/QSqlRecord>

namespace ghost::cloud {
namespace {

constexpr int schemaVersion = 1;

/// SQLite's primary result codes.
constexpr int sqliteBusy = 5;
constexpr int sqliteCorrupt = 11;
constexpr int sqliteFull = 13;
constexpr int sqliteNotADatabase = 26;

constexpr std::array tables = {
    // `record` is a v1.Agent; one that has ended is kept for its history.
    "CREATE TABLE IF NOT EXISTS agents (id TEXT PRIMARY KEY, installation TEXT NOT NULL, ended INTEGER NOT NULL,"
    " generation INTEGER NOT NULL, record BLOB NOT NULL)",
    // `record` is an agent.v1.Vm.
    "CREATE TABLE IF NOT EXISTS vms (agent TEXT NOT NULL, id TEXT NOT NULL, generation INTEGER NOT NULL,"
    " reported_at INTEGER NOT NULL, record BLOB NOT NULL, PRIMARY KEY (agent, id)) WITHOUT ROWID",
    // `command` is a v1.Command, `result` a v1.CommandResult; the number is the order.
    "CREATE TABLE IF NOT EXISTS commands (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,"
    " agent TEXT NOT NULL, request_id TEXT NOT NULL, state INTEGER NOT NULL, issued_at INTEGER NOT NULL,"
    " command BLOB NOT NULL, result BLOB)",
    "CREATE INDEX IF NOT EXISTS commands_by_agent ON commands (agent, number)",
    "CREATE INDEX IF NOT EXISTS commands_by_state ON commands (state, agent, number)",
    "CREATE UNIQUE INDEX IF NOT EXISTS commands_by_request ON commands (request_id) WHERE request_id <> ''",
    // `record` is a v1.HistoryEntry.
    "CREATE TABLE IF NOT EXISTS history (number INTEGER PRIMARY KEY AUTOINCREMENT, agent TEXT NOT NULL,"
    " record BLOB NOT NULL)",
    "CREATE INDEX IF NOT EXISTS history_by_agent ON history (agent, number)",
};

} // namespace

Database::Database(const QString &file)
    : m_file(file)
    , m_connection(QStringLiteral("cloud-") + QUuid::createUuid().toString(QUuid::WithoutBraces))
    , m_database(QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), m_connection))
{}

Database::~Database()
{
    m_prepared.clear();
    m_database.close();
    m_database = QSqlDatabase(); // removeDatabase complains while a handle is held
    QSqlDatabase::removeDatabase(m_connection);
}

Error Database::failure(const QSqlError &error) const
{
    const int native = error.nativeErrorCode().toInt() & 0xff;
    const QString reason = error.databaseText().isEmpty() ? error.driverText() : error.databaseText();
    Error said(Code::Unavailable, QStringLiteral("%1: %2").arg(m_file, reason));
    switch (native) {
    case sqliteBusy:
        return said.withHint(QStringLiteral("another ghost-cloud uses it: stop that, or use another --data"));
    case sqliteCorrupt:
    case sqliteNotADatabase:
        return said.withHint(
            QStringLiteral("move it away: agents bring their VMs again, commands and history are lost"));
    case sqliteFull:
        return said.withHint(QStringLiteral("make room on the disk"));
    default:
        return said;
    }
}

Result<void> Database::open()
{
    if (!m_database.isValid())
        return Error(Code::Unavailable, QStringLiteral("Qt has no SQLite driver"))
            .withHint(QStringLiteral("install libqt6sql6-sqlite"));
    m_database.setDatabaseName(m_file);
    m_database.setConnectOptions(QStringLiteral("QSQLITE_BUSY_TIMEOUT=1000"));
    if (!m_database.open())
        return failure(m_database.lastError());
    QFile::setPermissions(m_file, QFileDevice::ReadOwner | QFileDevice::WriteOwner);
    try {
        for (const char *pragma :
             {"PRAGMA locking_mode=EXCLUSIVE", "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL"})
            read(pragma);
        return makeTables();
    } catch (const StorageFailure &failed) {
        return failed.error();
    }
}

Result<void> Database::makeTables()
{
    begin(); // takes the lock, too
    const int found = read("PRAGMA user_version").value(0).value(0).toInt();
    if (found > schemaVersion) {
        rollback();
        return Error(Code::FailedPrecondition, QStringLiteral("%1: made by a newer ghost-cloud").arg(m_file));
    }
    for (const char *table : tables)
        run(table);
    run("PRAGMA user_version = 1");
    commit();
    return {};
}

void Database::rollback() noexcept
{
    try {
        run("ROLLBACK");
    } catch (const StorageFailure &) { // NOLINT(bugprone-empty-catch): SQLite has already taken it back itself
    }
}

QSqlQuery &Database::execute(const char *statement, const QVariantList &values)
{
    auto found = m_prepared.find(statement);
    if (found == m_prepared.end()) {
        QSqlQuery query(m_database);
        query.setForwardOnly(true);
        if (!query.prepare(QString::fromLatin1(statement)))
            throw StorageFailure(failure(query.lastError()));
        found = m_prepared.emplace(statement, std::move(query)).first;
    }
    QSqlQuery &query = found->second;
    for (qsizetype index = 0; index < values.size(); ++index)
        query.bindValue(int(index), values.at(index));
    if (!query.exec()) {
        const Error error = failure(query.lastError());
        m_prepared.erase(found);
        throw StorageFailure(error);
    }
    return query;
}

void Database::run(const char *statement, const QVariantList &values)
{
    execute(statement, values).finish();
}

QList<Row> Database::read(const char *statement, const QVariantList &values)
{
    QSqlQuery &query = execute(statement, values);
    const int columns = query.record().count();
    QList<Row> rows;
    while (query.next()) {
        Row row;
        for (int column = 0; column < columns; ++column)
            row.append(query.value(column));
        rows.append(row);
    }
    const QSqlError error = query.lastError();
    query.finish();
    if (error.isValid())
        throw StorageFailure(failure(error));
    return rows;
}

} // namespace ghost::cloud
