// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Leases.h"

#include <algorithm>

namespace ghost::nat {

void Leases::remember(const DhcpLease &lease, qint64 sinceMs)
{
    const std::lock_guard lock(m_mutex);
    m_entries.insert(lease.mac, {.lease = lease, .sinceMs = sinceMs});
}

QSet<QString> Leases::update(const QList<DhcpLease> &leases, qint64 readAtMs)
{
    const std::lock_guard lock(m_mutex);
    QSet<QString> changed;
    QHash<QString, Entry> entries;
    for (const DhcpLease &lease : leases) {
        const auto known = m_entries.constFind(lease.mac);
        if (known != m_entries.cend() && known->lease == lease) {
            entries.insert(lease.mac, *known);
            if (m_lastReadMs == 0)
                changed.insert(lease.mac);
            continue;
        }
        const qint64 otherUntilMs = std::max(m_lastReadMs, known == m_entries.cend() ? 0 : known->sinceMs);
        // Whole seconds both, rounded down.
        const qint64 byEnd = std::max(lease.expirySeconds - m_leaseSeconds, otherUntilMs / 1000);
        // A network that runs keeps the lease time that it was started with, which may be longer than ours.
        const qint64 since = std::min(byEnd, readAtMs / 1000);
        entries.insert(lease.mac, {.lease = lease, .sinceMs = since * 1000});
        changed.insert(lease.mac);
    }
    for (auto entry = m_entries.cbegin(); entry != m_entries.cend(); ++entry) {
        if (!entries.contains(entry.key()))
            changed.insert(entry.key());
    }
    m_entries = entries;
    m_lastReadMs = readAtMs;
    return changed;
}

std::optional<Address> Leases::find(const QString &mac, qint64 nowMs) const
{
    const std::lock_guard lock(m_mutex);
    const auto entry = m_entries.constFind(mac);
    if (entry == m_entries.cend() || entry->lease.expirySeconds * 1000 <= nowMs)
        return {};
    Address address;
    address.setIp(entry->lease.ip);
    address.setSinceMs(entry->sinceMs);
    return address;
}

std::optional<Leases::Entry> Leases::last(const QString &mac) const
{
    const std::lock_guard lock(m_mutex);
    const auto entry = m_entries.constFind(mac);
    return entry == m_entries.cend() ? std::nullopt : std::optional(*entry);
}

} // namespace ghost::nat
