// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "NetworkList.h"

#include <QtCore/QJsonObject>

#include "files/DurableFiles.h"

namespace ghost::user {

Result<QString> NetworkList::load()
{
    const std::lock_guard lock(m_mutex);
    const auto json = readJson(m_path);
    if (!json) {
        if (json.error().code() == Code::NotFound)
            return QString();
        if (json.error().code() == Code::Unavailable) // nobody knows what is in it
            return json.error();
        if (const auto aside = moveAside(m_path); !aside)
            return aside.error();
        return QStringLiteral("%1; kept as networks.json.bad").arg(json.error().message());
    }
    for (auto at = json->begin(); at != json->end(); ++at)
        if (const NetworkId id = NetworkId::fromString(at.key()); !id.isNull())
            m_names.insert(id, at.value().toString());
    return QString();
}

bool NetworkList::contains(NetworkId id) const
{
    const std::lock_guard lock(m_mutex);
    return m_names.contains(id);
}

Result<void> NetworkList::add(NetworkId id, const QString &name)
{
    const std::lock_guard lock(m_mutex);
    if (const auto at = m_names.constFind(id); at != m_names.constEnd() && *at == name)
        return {};
    auto names = m_names;
    names.insert(id, name);
    auto written = write(names);
    if (written)
        m_names = names;
    return written;
}

Result<void> NetworkList::remove(NetworkId id)
{
    const std::lock_guard lock(m_mutex);
    auto names = m_names;
    if (names.remove(id) == 0)
        return {};
    auto written = write(names);
    if (written)
        m_names = names;
    return written;
}

Result<void> NetworkList::write(const QMap<NetworkId, QString> &names) const
{
    if (names.isEmpty())
        return removeFile(m_path);
    QJsonObject json;
    for (auto at = names.begin(); at != names.end(); ++at)
        json.insert(at.key().toString(), at.value());
    return writeJson(m_path, json);
}

} // namespace ghost::user
