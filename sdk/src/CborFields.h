// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QCborArray>
#include <QtCore/QCborMap>
#include <QtCore/QStringList>

namespace ghost {

/// Builds a map that leaves out empty values, as a message leaves out unset fields.
class CborFields
{
public:
    CborFields &text(const char *key, const QString &value)
    {
        if (!value.isEmpty())
            m_map.insert(QLatin1String(key), value);
        return *this;
    }
    CborFields &number(const char *key, qint64 value)
    {
        if (value != 0)
            m_map.insert(QLatin1String(key), value);
        return *this;
    }
    CborFields &list(const char *key, const QStringList &values)
    {
        if (!values.isEmpty())
            m_map.insert(QLatin1String(key), QCborArray::fromStringList(values));
        return *this;
    }
    CborFields &map(const char *key, const QCborMap &value)
    {
        if (!value.isEmpty())
            m_map.insert(QLatin1String(key), value);
        return *this;
    }
    QCborMap take() { return m_map; }

private:
    QCborMap m_map;
};

} // namespace ghost
