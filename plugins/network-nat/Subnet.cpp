// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Subnet.h"

#include <QtCore/QStringList>

namespace ghost::nat {

std::optional<quint32> parseIpv4(QStringView text)
{
    const auto parts = text.split(u'.');
    if (parts.size() != 4)
        return {};
    quint32 address = 0;
    for (const QStringView part : parts) {
        bool ok = false;
        const uint byte = part.toUInt(&ok);
        // A leading zero means octal to some readers and decimal to others.
        if (!ok || byte > 255 || part.size() > 3 || (part.size() > 1 && part.front() == u'0') ||
            !part.front().isDigit())
            return {};
        address = address << 8 | byte;
    }
    return address;
}

QString ipv4ToString(quint32 address)
{
    return QStringLiteral("%1.%2.%3.%4")
        .arg(address >> 24)
        .arg(address >> 16 & 255)
        .arg(address >> 8 & 255)
        .arg(address & 255);
}

std::optional<Subnet> Subnet::parse(QStringView cidr)
{
    const auto slash = cidr.indexOf(u'/');
    if (slash < 0)
        return {};
    const auto address = parseIpv4(cidr.first(slash));
    bool ok = false;
    const int prefix = cidr.sliced(slash + 1).toInt(&ok);
    if (!address || !ok || prefix < 0 || prefix > 32)
        return {};
    const Subnet subnet = around(*address, prefix);
    return subnet.base == *address ? std::optional(subnet) : std::nullopt;
}

Subnet Subnet::around(quint32 address, int prefix)
{
    Subnet subnet{.base = 0, .prefix = prefix};
    subnet.base = address & subnet.mask();
    return subnet;
}

QString Subnet::toString() const
{
    return QStringLiteral("%1/%2").arg(ipv4ToString(base)).arg(prefix);
}

QString Subnet::netmask() const
{
    return ipv4ToString(mask());
}

QString Subnet::address(int host) const
{
    return ipv4ToString(base + quint32(host));
}

int Subnet::hostOf(QStringView ip) const
{
    const auto address = parseIpv4(ip);
    return address && *address > base && *address < last() ? int(*address - base) : 0;
}

} // namespace ghost::nat
