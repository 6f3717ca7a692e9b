// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ghost/Result.h"

namespace ghost {

/// An address that a network knows of a VM. Whether it is newer than the VM's power-on is for the core to judge.
class GHOST_SDK_EXPORT Address
{
    GHOST_VALUE(Address)
public:
    /// `192.168.77.10`
    QString ip() const;
    void setIp(const QString &ip);
    /// When the guest last asked for it, milliseconds since the epoch UTC. Resolution may be one second, rounded down.
    qint64 sinceMs() const;
    void setSinceMs(qint64 ms);
    /// `127.0.0.1:40022` when the guest is reached through a forward rather than at ip(); else empty.
    QString endpoint() const;
    void setEndpoint(const QString &endpoint);
};

} // namespace ghost
