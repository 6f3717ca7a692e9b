// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>

#include <QtCore/QMap>
#include <ghost/Ids.h>
#include <ghost/Result.h>

namespace ghost::user {

/// The networks that are there, `networks.json`. Such a network is no more than its name. Thread-safe.
class NetworkList
{
public:
    explicit NetworkList(const QString &folder)
        : m_path(folder + QStringLiteral("/networks.json"))
    {}

    /// Returns what was wrong, for the log: a file that does not parse is moved aside as `.bad`. An Error when it
    /// cannot be read or moved now.
    Result<QString> load();
    bool contains(NetworkId id) const;
    /// There already: takes the new name.
    Result<void> add(NetworkId id, const QString &name);
    /// Not there: Ok.
    Result<void> remove(NetworkId id);

private:
    Result<void> write(const QMap<NetworkId, QString> &names) const;

    const QString m_path;
    mutable std::mutex m_mutex;
    QMap<NetworkId, QString> m_names;
};

} // namespace ghost::user
