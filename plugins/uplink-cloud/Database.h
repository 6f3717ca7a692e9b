// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include <QtCore/QList>
#include <QtCore/QVariant>
#include <QtSql/QSqlDatabase>

#include "ghost/Result.h"

namespace ghost::uplink {

/// Removes the file and what belongs to it; that there is none is fine.
Result<void> removeDatabase(const QString &file);

/// What the uplink must not lose, as an SQLite file: reports on their way out, commands on their way in. Made, used and
/// destroyed on one thread: Qt's database handles know no other.
class Database
{
public:
    explicit Database(const QString &file);
    ~Database();
    Database(const Database &) = delete;
    Database &operator=(const Database &) = delete;

    /// Opens the file, or makes it.
    Result<void> open();
    /// Closes it and gives it another name, the returned one, so that open makes a new one.
    Result<QString> moveAside();
    /// Some call since open failed because the file is no database or is damaged, or open because it is not in our
    /// form.
    bool isDamaged() const { return m_isDamaged; }

    Result<void> run(const QString &statement, const QVariantList &values = {});
    /// All rows at once: say LIMIT.
    Result<QList<QVariantList>> rows(const QString &statement, const QVariantList &values = {});
    /// The first column of the first row, 0 if there is none.
    Result<qint64> number(const QString &statement, const QVariantList &values = {});
    /// All that @p work changes, or nothing; on disk when this returns. Not within another.
    Result<void> transact(const std::function<Result<void>()> &work);

private:
    Result<void> prepareSchema();
    Error failure(const QSqlError &error);
    Error notOurs(const Error &error);

    const QString m_file;
    const QString m_connection;
    QSqlDatabase m_database;
    int m_nativeCode = 0; ///< of the last failure
    bool m_isDamaged = false;
};

} // namespace ghost::uplink
