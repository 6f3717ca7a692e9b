// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QList>
#include <ghost/Result.h>

namespace ghost::nat {

/// What a DHCP server has lent.
struct DhcpLease
{
    QString mac; ///< lower case
    QString ip;
    qint64 expirySeconds = 0; ///< since the epoch UTC
    bool operator==(const DhcpLease &other) const = default;
};

/// dnsmasq's status file as libvirt's helper writes it: the leases of one bridge, in JSON, rewritten at each renewal.
/// Absent or empty: no leases. Not readable, or in a folder that is not there: PermissionDenied. Anything else but a
/// list of leases, as a file that is just being written: Unavailable. What in the list is not a lease is passed over.
Result<QList<DhcpLease>> readLeaseFile(const QString &path);

} // namespace ghost::nat
