// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/Arguments.h"

#include <QtCore/QCborArray>

namespace ghost {

Arguments::Arguments(const QCborMap &map)
    : m_map(map)
{}

QCborValue Arguments::take(const QString &key)
{
    m_read.insert(key);
    return m_map.value(key);
}

void Arguments::wrong(const QString &key, const QString &expected)
{
    if (!m_error)
        m_error = Error(Code::InvalidArgument, QStringLiteral("'%1' must be %2").arg(key, expected)).withField(key);
}

QString Arguments::text(const QString &key)
{
    const QCborValue value = take(key);
    if (!value.isUndefined() && !value.isString())
        wrong(key, QStringLiteral("text"));
    return value.toString();
}

std::optional<qint64> Arguments::integer(const QString &key)
{
    const QCborValue value = take(key);
    if (value.isUndefined())
        return {};
    if (!value.isInteger())
        wrong(key, QStringLiteral("a whole number"));
    return value.toInteger();
}

bool Arguments::flag(const QString &key)
{
    const QCborValue value = take(key);
    if (!value.isUndefined() && !value.isBool())
        wrong(key, QStringLiteral("true or false"));
    return value.toBool();
}

QStringList Arguments::list(const QString &key)
{
    const QCborValue value = take(key);
    QStringList items;
    if (!value.isUndefined() && !value.isArray())
        wrong(key, QStringLiteral("a list of texts"));
    for (const QCborValue &item : value.toArray()) {
        if (!item.isString())
            wrong(key, QStringLiteral("a list of texts"));
        items.append(item.toString());
    }
    return items;
}

QJsonObject Arguments::map(const QString &key)
{
    const QCborValue value = take(key);
    QJsonObject object;
    if (!value.isUndefined() && !value.isMap())
        wrong(key, QStringLiteral("a map of texts"));
    for (const auto &[name, item] : value.toMap()) {
        if (!item.isString())
            wrong(key, QStringLiteral("a map of texts"));
        object.insert(name.toString(), item.toString());
    }
    return object;
}

QList<QCborMap> Arguments::maps(const QString &key)
{
    const QCborValue value = take(key);
    QList<QCborMap> items;
    if (!value.isUndefined() && !value.isArray())
        wrong(key, QStringLiteral("a list of maps"));
    for (const QCborValue &item : value.toArray()) {
        if (!item.isMap())
            wrong(key, QStringLiteral("a list of maps"));
        items.append(item.toMap());
    }
    return items;
}

Result<void> Arguments::finish() const
{
    if (m_error)
        return *m_error;
    for (const auto &[key, value] : m_map)
        if (!m_read.contains(key.toString()))
            return Error(Code::InvalidArgument, QStringLiteral("unknown field '%1'").arg(key.toString()))
                .withField(key.toString());
    return {};
}

} // namespace ghost
