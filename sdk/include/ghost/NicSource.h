// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QList>

#include "ghost/Ids.h"
#include "ghost/PortForward.h"

namespace ghost {

/// A network port as a hypervisor attaches it. Made by a network driver, handed on by the core.
class GHOST_SDK_EXPORT NicSource
{
    GHOST_VALUE(NicSource)
public:
    enum class Kind : int {
        Unspecified = 0,
        Bridge, ///< a tap on the Linux bridge target()
        User,   ///< user-mode network, no privileges
    };
    Kind kind() const;
    void setKind(Kind kind);
    /// Bridge: name of the Linux bridge. User: path of the program that is to carry the guest's packets
    /// (`/usr/bin/passt`), or empty for the hypervisor's own. A program that is missing, or that the hypervisor cannot
    /// work with: FailedPrecondition.
    QString target() const;
    void setTarget(const QString &target);
    /// `52:54:00:12:34:56`, lower case.
    QString mac() const;
    void setMac(const QString &mac);
    /// The address that the network keeps for this port; empty when it keeps none. Spoof filters allow only this one.
    QString reservedIp() const;
    void setReservedIp(const QString &ip);
    /// Name of a packet filter of the network's own that the hypervisor applies to the port, empty for none.
    QString filter() const;
    void setFilter(const QString &filter);
    /// User: what of the host leads to the guest; each has its host port.
    QList<PortForward> forwards() const;
    void setForwards(const QList<PortForward> &forwards);
};

} // namespace ghost
