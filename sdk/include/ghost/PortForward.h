// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

#include "ghost/Value.h"

namespace ghost {

/// A port of the host that leads to a port of the guest, on a network that has no address of its own for it.
class GHOST_SDK_EXPORT PortForward
{
    GHOST_VALUE(PortForward)
public:
    enum class Protocol : int { Unspecified = 0, Tcp, Udp };
    Protocol protocol() const;
    void setProtocol(Protocol protocol);
    /// 1–65535.
    int guestPort() const;
    void setGuestPort(int port);
    /// Address of the host that listens, `127.0.0.1` unless somebody wants it otherwise.
    QString hostAddress() const;
    void setHostAddress(const QString &address);
    /// 1–65535; in a wish 0: the network chooses a free one and keeps it for the VM.
    int hostPort() const;
    void setHostPort(int port);
};

/// `tcp`, `udp`.
GHOST_SDK_EXPORT QString protocolName(PortForward::Protocol protocol);
/// Unspecified for anything else.
GHOST_SDK_EXPORT PortForward::Protocol protocolFromName(QStringView name);

} // namespace ghost
