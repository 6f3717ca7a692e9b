// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include <QtCore/QList>
#include <ghost/Ids.h>
#include <ghost/NetworkSpec.h>

#include "Subnet.h"

namespace ghost::nat {

/// What must survive of a network itself.
struct NetworkRecord
{
    NetworkId id;
    QString name;  ///< label and DNS domain
    Subnet subnet; ///< prefix 0 while none has been chosen
    bool operator==(const NetworkRecord &other) const = default;
};

/// A pair of the network's AddressPlan, lent to a VM.
struct Port
{
    VmId vm;
    QString name; ///< DNS name
    int host = 0; ///< number in the AddressPlan
    qint64 pluggedAtMs = 0;
    qint64 leaseExpirySeconds = 0; ///< of the last lease that was seen; 0: none yet
    qint64 leaseSinceMs = 0;       ///< when that lease was asked for, at the latest
    bool operator==(const Port &other) const = default;
};

/// Who has which address on one network, in a JSON file that is written before any call returns. Thread-safe.
class PortTable
{
public:
    /// An empty table; no file yet.
    PortTable(const QString &path, const NetworkRecord &network)
        : m_path(path)
        , m_network(network)
    {}

    /// What @p path holds. A file that does not parse, or contradicts itself: Internal with the reason; it is left
    /// alone.
    static Result<std::unique_ptr<PortTable>> load(const QString &path);

    NetworkRecord network() const;
    Result<void> setNetwork(const NetworkRecord &network);
    /// Takes over ports that were found elsewhere, for a table whose file was lost.
    Result<void> restore(const NetworkRecord &network, const QList<Port> &ports);
    /// The network is gone for good, and its file with it.
    Result<void> removeFile() const;

    /// The lowest free pair, kept for @p spec's VM until unplug; plugged already: the same pair, and the new name.
    /// None free: ResourceExhausted.
    Result<Port> plug(const PortSpec &spec);
    /// Not plugged: Ok.
    Result<void> unplug(VmId vm);

    /// Keeps what is known of the leases of those VMs that are plugged, in the fields of @p seen.
    Result<void> noteLeases(const QList<Port> &seen);

    std::optional<Port> find(VmId vm) const;
    QList<Port> ports() const;

private:
    Result<void> write(const NetworkRecord &network, const QList<Port> &ports) const;

    const QString m_path;
    mutable std::mutex m_mutex;
    NetworkRecord m_network;
    QList<Port> m_ports; ///< by host
};

} // namespace ghost::nat
