// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ghost/Ids.h"

namespace ghost {

/// A network to be there.
class GHOST_SDK_EXPORT NetworkSpec
{
    GHOST_VALUE(NetworkSpec)
public:
    NetworkId id() const;
    void setId(NetworkId id);
    /// Label; also the DNS domain where the driver has DNS.
    QString name() const;
    void setName(const QString &name);
    /// `192.168.77.0/24`, or empty: the driver picks a free one and keeps it.
    QString cidr() const;
    void setCidr(const QString &cidr);
};

/// A network as its driver sees it now.
class GHOST_SDK_EXPORT NetworkInfo
{
    GHOST_VALUE(NetworkInfo)
public:
    NetworkId id() const;
    void setId(NetworkId id);
    QString name() const;
    void setName(const QString &name);
    QString cidr() const;
    void setCidr(const QString &cidr);
    /// Linux bridge, empty if there is none.
    QString bridge() const;
    void setBridge(const QString &bridge);
};

/// A VM's port on a network.
class GHOST_SDK_EXPORT PortSpec
{
    GHOST_VALUE(PortSpec)
public:
    VmId vm() const;
    void setVm(VmId vm);
    /// The VM's name, for DNS.
    QString name() const;
    void setName(const QString &name);
};

} // namespace ghost
