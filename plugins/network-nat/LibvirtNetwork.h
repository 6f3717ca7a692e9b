// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <ghost/Result.h>

#include "LeaseFile.h"
#include "NetworkXml.h"
#include "SubnetChooser.h"
#include "libvirt/Handles.h"

namespace ghost::nat {

/// A network object at libvirt, over one borrowed connection: let go of it before the connection.
class LibvirtNetwork
{
public:
    /// Nothing if there is none of this name, whoever's it is.
    static Result<std::optional<LibvirtNetwork>> find(virConnectPtr connection, const QString &name);
    /// Defines it, or changes what is defined: a running network keeps to its old definition until it is started anew.
    static Result<LibvirtNetwork> define(virConnectPtr connection, const NetworkDefinition &definition);

    /// As it runs, or is defined if it does not run.
    Result<FoundNetwork> running() const;
    /// As it will be when started next.
    Result<FoundNetwork> defined() const;
    bool isActive() const;
    bool isPersistent() const;

    Result<void> start() const;
    /// Stopped and undefined.
    Result<void> remove() const;
    /// Makes the DNS names exactly @p wanted, by as few updates as that takes. 2 ms each; no firewall change, no
    /// restart.
    Result<void> setNames(const QList<DnsHost> &wanted) const;
    /// The same as the status file tells, for an agent that may not read that.
    Result<QList<DhcpLease>> leases() const;

private:
    LibvirtNetwork(libvirt::NetworkHandle handle, const QString &name)
        : m_handle(std::move(handle))
        , m_name(name)
    {}
    Result<FoundNetwork> description(unsigned int flags) const;
    Result<void> updateName(unsigned int command, const DnsHost &host, unsigned int flags) const;
    Error error() const;

    libvirt::NetworkHandle m_handle;
    QString m_name;
};

/// The subnets of all networks that libvirt knows, running or not, but the one called @p except.
Result<QList<SubnetHolder>> readLibvirtSubnets(virConnectPtr connection, const QString &except);

} // namespace ghost::nat
