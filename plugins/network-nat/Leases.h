// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <optional>

#include <QtCore/QHash>
#include <QtCore/QSet>
#include <ghost/Address.h>

#include "LeaseFile.h"

namespace ghost::nat {

/// When each lease of a network was last asked for. Thread-safe.
///
/// A lease tells only its end; it began a lease time before. But a client may ask for a shorter one, and dnsmasq grants
/// it: then that start is too early, and the address would never count as newer than the power-on. So a lease that
/// changed between two looks was asked for no earlier than the first of them.
class Leases
{
public:
    explicit Leases(int leaseSeconds)
        : m_leaseSeconds(leaseSeconds)
    {}

    /// Takes @p leases as read at @p readAtMs (the time just before reading). Returns the MACs whose lease is new,
    /// renewed or gone.
    QSet<QString> update(const QList<DhcpLease> &leases, qint64 readAtMs);
    /// The address that @p mac holds at @p nowMs.
    std::optional<Address> find(const QString &mac, qint64 nowMs) const;

private:
    struct Entry
    {
        DhcpLease lease;
        qint64 sinceMs = 0;
    };
    const int m_leaseSeconds;
    mutable std::mutex m_mutex;
    QHash<QString, Entry> m_entries;
    qint64 m_lastReadMs = 0; ///< 0: never, nothing is known of before
};

} // namespace ghost::nat
