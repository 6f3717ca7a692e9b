// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>

#include <QtCore/QMap>

#include "OwnNetwork.h"

namespace ghost::nat {

/// All our networks, and the folder of their records: a file `<network id>.json` each. Thread-safe.
class OwnNetworks
{
public:
    using Pointer = std::shared_ptr<OwnNetwork>;

    OwnNetworks(NetworkOptions options, const QString &folder, HealthReasons &health);

    /// Reads the folder. A file that does not parse is moved aside as `.bad`, and its network's ports count as lost
    /// until they are read back. Returns what was wrong, for the log.
    QStringList load();

    Pointer find(NetworkId id) const;
    QList<Pointer> all() const;
    /// One that has no file: its ports count as lost until libvirt was asked whether it knows the network.
    Pointer add(NetworkId id, const QString &name);
    void forget(OwnNetwork &network);

    /// libvirt's word that a network, perhaps ours, was started or stopped by whomever.
    void started(const QString &objectName);
    void stopped(const QString &objectName);

private:
    Pointer insert(std::unique_ptr<PortTable> ports);
    Pointer addLost(NetworkId id, const QString &name, const QString &damage);
    QString fileOf(NetworkId id) const;
    bool isOurs(const QString &objectName) const;

    const NetworkOptions m_options;
    const QString m_folder;
    HealthReasons &m_health;
    mutable std::mutex m_mutex;
    QMap<NetworkId, Pointer> m_networks;
};

} // namespace ghost::nat
