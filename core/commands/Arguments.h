// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <QtCore/QCborMap>
#include <QtCore/QJsonObject>
#include <QtCore/QSet>
#include <QtCore/QStringList>

#include "ghost/Result.h"

namespace ghost {

/// Reads a command's fields, each with its type. The first fault is remembered; finish() tells it.
class Arguments
{
public:
    explicit Arguments(const QCborMap &map);

    QString text(const QString &key);
    std::optional<qint64> integer(const QString &key);
    bool flag(const QString &key);
    QStringList list(const QString &key);
    /// Text values only.
    QJsonObject map(const QString &key);
    /// Messages, each for Arguments of its own.
    QList<QCborMap> maps(const QString &key);
    /// Ok if all fields had their type and no field was left unread.
    Result<void> finish() const;

private:
    QCborValue take(const QString &key);
    void wrong(const QString &key, const QString &expected);

    const QCborMap m_map;
    QSet<QString> m_read;
    std::optional<Error> m_error;
};

} // namespace ghost
