// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ghost/Ids.h>

#include "Subnet.h"

namespace ghost::nat {

/// The table of MAC–address pairs of a network, of which each VM borrows one. It follows from the network's id and
/// subnet alone, so that the same network has the same pairs when it must be defined again.
struct AddressPlan
{
    /// Hosts that are lent: 1 is the gateway, 255 the broadcast address.
    static constexpr int firstHost = 2;
    static constexpr int lastHost = 254;
    static constexpr int gatewayHost = 1;

    NetworkId network;
    Subnet subnet;

    /// `52:54:00:…`, QEMU's prefix; two bytes of the network's id keep two networks on one wire apart.
    QString mac(int host) const
    {
        const QByteArray id = network.uuid().toRfc4122();
        return QStringLiteral("52:54:00:%1:%2:%3").arg(byte(quint8(id[0])), byte(quint8(id[1])), byte(quint8(host)));
    }
    QString ip(int host) const { return subnet.address(host); }

private:
    static QString byte(quint8 value) { return QStringLiteral("%1").arg(value, 2, 16, QLatin1Char('0')); }
};

} // namespace ghost::nat
