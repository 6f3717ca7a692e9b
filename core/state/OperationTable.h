// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QList>
#include <QtCore/QStringList>
#include <QtCore/QVariant>
#include <QtSql/QSqlDatabase>

#include "ghost/Operation.h"

namespace ghost {

/// Ended operations as rows of an SQLite file. Made, used and destroyed on one thread: Qt's database handles know no
/// other.
class OperationTable
{
public:
    explicit OperationTable(const QString &file);
    ~OperationTable();
    OperationTable(const OperationTable &) = delete;
    OperationTable &operator=(const OperationTable &) = delete;

    /// Opens the file, or makes it.
    Result<void> open();
    /// Closes it and gives it another name, the returned one, so that open makes a new one.
    Result<QString> moveAside();
    /// The last call failed because the file is no database, is damaged, or is not in our form: trying again is no use.
    bool isDamaged() const { return m_isDamaged; }

    /// All or none.
    Result<void> write(const QList<Operation> &operations);
    /// Newest first. @p condition is SQL over id, vm, request_id, principal, with a ? for each of @p values.
    Result<QList<Operation>> read(const QString &condition, const QStringList &values, int limit);
    Result<void> removeEndedBefore(qint64 timeMs);

private:
    Result<void> prepareSchema();
    Result<void> run(const QString &statement, const QVariantList &values = {});
    Error failure(const QSqlError &error);
    Error notOurs(const Error &error);

    const QString m_file;
    const QString m_connection;
    QSqlDatabase m_database;
    bool m_isDamaged = false;
    int m_nativeCode = 0; ///< SQLite's, of the last failure
};

} // namespace ghost
