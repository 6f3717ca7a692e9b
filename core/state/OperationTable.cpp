// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "state/OperationTable.h"

#include <cstdio>

#include <QtCore/QCborValue>
#include <QtCore/QDateTime>
#include <QtCore/QFile>
#include <QtCore/QUuid>
#include <QtSql/QSqlError>
#include <QtSql/QSqlQuery>

namespace ghost {

namespace {

constexpr int archiveSchema = 1;

/// SQLite's primary result codes; extended ones have them in the low byte.
constexpr int sqliteError = 1; ///< the statement does not fit the tables
constexpr int sqliteCorrupt = 11;
constexpr int sqliteFull = 13;
constexpr int sqliteNotADatabase = 26;

QByteArray bytes(const Operation &operation)
{
    return QCborValue(operation.toCbor()).toCbor();
}

QString idText(VmId vm)
{
    return vm.isNull() ? QStringLiteral("") : vm.toString();
}

} // namespace

OperationTable::OperationTable(const QString &file)
    : m_file(file)
    , m_connection(QStringLiteral("operations-") + QUuid::createUuid().toString(QUuid::WithoutBraces))
    , m_database(QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), m_connection))
{}

OperationTable::~OperationTable()
{
    m_database.close();
    m_database = QSqlDatabase(); // removeDatabase complains while a handle is held
    QSqlDatabase::removeDatabase(m_connection);
}

Error OperationTable::failure(const QSqlError &error)
{
    m_nativeCode = error.nativeErrorCode().toInt() & 0xff;
    m_isDamaged = m_nativeCode == sqliteCorrupt || m_nativeCode == sqliteNotADatabase;
    const Code code = m_nativeCode == sqliteFull ? Code::ResourceExhausted : Code::Unavailable;
    const QString text = error.databaseText().isEmpty() ? error.driverText() : error.databaseText();
    return Error(code, QStringLiteral("operation archive %1: %2").arg(m_file, text));
}

Error OperationTable::notOurs(const Error &error)
{
    m_isDamaged = m_isDamaged || m_nativeCode == sqliteError;
    return error;
}

Result<void> OperationTable::run(const QString &statement, const QVariantList &values)
{
    QSqlQuery query(m_database);
    if (!query.prepare(statement))
        return failure(query.lastError());
    for (const QVariant &value : values)
        query.addBindValue(value);
    if (!query.exec())
        return failure(query.lastError());
    return {};
}

Result<void> OperationTable::open()
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
    for (const char *pragma : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL"})
        if (auto ok = run(QLatin1String(pragma)); !ok)
            return ok;
    return prepareSchema();
}

Result<void> OperationTable::prepareSchema()
{
    QSqlQuery version(m_database);
    if (!version.exec(QStringLiteral("PRAGMA user_version")) || !version.next())
        return failure(version.lastError());
    const int found = version.value(0).toInt();
    version.finish();
    if (found > archiveSchema) {
        m_isDamaged = true;
        return Error(Code::FailedPrecondition,
                     QStringLiteral("operation archive %1: made by a newer version of the agent").arg(m_file));
    }
    constexpr const char *operations =
        "CREATE TABLE IF NOT EXISTS operations (id TEXT PRIMARY KEY, vm TEXT NOT NULL, request_id TEXT NOT NULL,"
        " principal TEXT NOT NULL, created_at INTEGER NOT NULL, ended_at INTEGER NOT NULL, cbor BLOB NOT NULL)";
    for (const char *statement : {operations, "CREATE INDEX IF NOT EXISTS by_creation ON operations (created_at)",
                                  "CREATE INDEX IF NOT EXISTS by_vm ON operations (vm, created_at)",
                                  "CREATE INDEX IF NOT EXISTS by_end ON operations (ended_at)"})
        if (auto ok = run(QLatin1String(statement)); !ok)
            return notOurs(ok.error());
    // The indexes do not name it: a table of another kind shows here at the latest.
    if (auto ours = read(QStringLiteral("id = ''"), {}, 1); !ours)
        return notOurs(ours.error());
    // Written only once: on a full disk a start needs room for nothing else.
    return found == archiveSchema ? Result<void>() : run(QStringLiteral("PRAGMA user_version = %1").arg(archiveSchema));
}

Result<QString> OperationTable::moveAside()
{
    m_database.close();
    const QString time = QDateTime::currentDateTimeUtc().toString(QStringLiteral("yyyyMMdd'T'HHmmsszzz'Z'"));
    const QString aside = QStringLiteral("%1.bad-%2").arg(m_file, time);
    if (std::rename(QFile::encodeName(m_file).constData(), QFile::encodeName(aside).constData()) != 0)
        return Error(Code::Unavailable, QStringLiteral("cannot move %1 aside: %2").arg(m_file, qt_error_string(errno)));
    // The log belongs to its file: a new one must not find it.
    for (const QString &suffix : {QStringLiteral("-wal"), QStringLiteral("-shm")})
        std::rename(QFile::encodeName(m_file + suffix).constData(), QFile::encodeName(aside + suffix).constData());
    return aside;
}

Result<void> OperationTable::write(const QList<Operation> &operations)
{
    if (!m_database.transaction())
        return failure(m_database.lastError());
    for (const Operation &operation : operations) {
        auto written =
            run(QStringLiteral("INSERT INTO operations VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE"
                               " SET vm = excluded.vm, ended_at = excluded.ended_at, cbor = excluded.cbor"),
                {operation.id().toString(), idText(operation.vm()), operation.requestId() + QLatin1String(""),
                 operation.principal().toString(), operation.createdAtMs(), operation.endedAtMs(), bytes(operation)});
        if (!written) {
            m_database.rollback();
            return written;
        }
    }
    if (!m_database.commit()) {
        const Error error = failure(m_database.lastError());
        m_database.rollback();
        return error;
    }
    return {};
}

Result<QList<Operation>> OperationTable::read(const QString &condition, const QStringList &values, int limit)
{
    QSqlQuery query(m_database);
    query.setForwardOnly(true);
    if (!query.prepare(
            QStringLiteral("SELECT cbor FROM operations WHERE %1 ORDER BY created_at DESC, rowid DESC LIMIT %2")
                .arg(condition)
                .arg(limit)))
        return failure(query.lastError());
    for (const QString &value : values)
        query.addBindValue(value);
    if (!query.exec())
        return failure(query.lastError());
    QList<Operation> operations;
    while (query.next()) {
        const Operation operation = Operation::fromCbor(QCborValue::fromCbor(query.value(0).toByteArray()).toMap());
        if (!operation.id().isNull())
            operations.append(operation);
    }
    if (query.lastError().isValid())
        return failure(query.lastError());
    return operations;
}

Result<void> OperationTable::removeEndedBefore(qint64 timeMs)
{
    return run(QStringLiteral("DELETE FROM operations WHERE ended_at < ?"), {timeMs});
}

} // namespace ghost
