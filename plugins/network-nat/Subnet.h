// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <QtCore/QString>

namespace ghost::nat {

/// An IPv4 network such as 192.168.77.0/24.
struct Subnet
{
    quint32 base = 0; ///< network address, host byte order, host bits zero
    int prefix = 0;

    /// Nothing if @p cidr is not `a.b.c.d/n`, or names a host rather than a network.
    static std::optional<Subnet> parse(QStringView cidr);
    /// The subnet of @p prefix bits that holds @p address.
    static Subnet around(quint32 address, int prefix);

    quint32 mask() const { return prefix == 0 ? 0 : ~quint32{0} << (32 - prefix); }
    quint32 last() const { return base | ~mask(); }
    bool overlaps(const Subnet &other) const { return base <= other.last() && other.base <= last(); }
    bool operator==(const Subnet &other) const = default;

    /// `192.168.77.0/24`
    QString toString() const;
    /// `255.255.255.0`
    QString netmask() const;
    /// The address with this number in the subnet: 1 is 192.168.77.1.
    QString address(int host) const;
    /// The number of @p ip in this subnet, 0 if it is not one of its hosts.
    int hostOf(QStringView ip) const;
};

/// Nothing if @p text is not four decimal bytes.
std::optional<quint32> parseIpv4(QStringView text);
QString ipv4ToString(quint32 address);

} // namespace ghost::nat
