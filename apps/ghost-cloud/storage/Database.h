// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <map>

#include <QtCore/QVariant>
#include <QtSql/QSqlDatabase>
#include <QtSql/QSqlQuery>

#include "ghost/Result.h"

namespace ghost::cloud {

/// The database did not do what it was told: a full disk, a damaged file. Nobody but the Ledger can do anything about
/// it (take back what belongs together and answer "later"), so it flies past everyone else.
class StorageFailure : public std::exception
{
public:
    explicit StorageFailure(Error error)
        : m_error(std::move(error))
    {}
    const Error &error() const { return m_error; }
    const char *what() const noexcept override { return "the database failed"; }

private:
    Error m_error;
};

using Row = QVariantList;

/// The Core's SQLite file. Made, used and destroyed on one thread: Qt's database handles know no other. What is
/// committed survives a kill and a power cut.
class Database
{
public:
    explicit Database(const QString &file);
    ~Database();
    Database(const Database &) = delete;
    Database &operator=(const Database &) = delete;

    /// Opens or makes the file, and keeps every other process out of it.
    Result<void> open();

    // The rest throws StorageFailure.
    void begin() { run("BEGIN"); }
    void commit() { run("COMMIT"); }
    void rollback() noexcept;
    /// @p statement is a literal: it is prepared once and found again by its address.
    void run(const char *statement, const QVariantList &values = {});
    QList<Row> read(const char *statement, const QVariantList &values = {});

private:
    QSqlQuery &execute(const char *statement, const QVariantList &values);
    Result<void> makeTables();
    Error failure(const QSqlError &error) const;

    const QString m_file;
    const QString m_connection;
    QSqlDatabase m_database;
    std::map<const char *, QSqlQuery> m_prepared;
};

/// For messages in columns.
inline QByteArray blob(const std::string &bytes)
{
    return {bytes.data(), qsizetype(bytes.size())};
}
template <class Message>
QByteArray blob(const Message &message)
{
    return blob(message.SerializeAsString());
}
template <class Message>
Message fromBlob(const QVariant &value)
{
    const QByteArray bytes = value.toByteArray();
    Message message;
    message.ParseFromArray(bytes.constData(), int(bytes.size()));
    return message;
}
inline QString text(const std::string &text)
{
    // Never null, which SQL would take for NULL.
    return QString::fromStdString(text) + QLatin1String("");
}

} // namespace ghost::cloud
