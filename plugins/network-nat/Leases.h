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
/// changed between two looks was asked for no earlier than the first of them, and what an earlier run of the agent saw
/// is remembered: it has the looks that this one has not.
class Leases
{
public:
    explicit Leases(int leaseSeconds)
        : m_leaseSeconds(leaseSeconds)
    {}

    /// @p lease was seen by an earlier run, and asked for at @p sinceMs. Before the first update.
    void remember(const DhcpLease &lease, qint64 sinceMs);
    /// Takes @p leases as read at @p readAtMs (the time just before reading). Returns the MACs whose lease is new,
    /// renewed or gone; the first time, all that have one.
    QSet<QString> update(const QList<DhcpLease> &leases, qint64 readAtMs);
    /// The address that @p mac holds at @p nowMs.
    std::optional<Address> find(const QString &mac, qint64 nowMs) const;

    struct Entry
    {
        DhcpLease lease;
        qint64 sinceMs = 0;
    };
    /// The last lease of @p mac, over or not; to be remembered.
    std::optional<Entry> last(const QString &mac) const;

private:
    const int m_leaseSeconds;
    mutable std::mutex m_mutex;
    QHash<QString, Entry> m_entries;
    qint64 m_lastReadMs = 0; ///< 0: never, nothing is known of before
};

} // namespace ghost::nat
