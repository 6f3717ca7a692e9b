// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ghost/Ids.h>
#include <ghost/Result.h>
#include <libvirt/libvirt.h>

namespace ghost::nat {

/// The packet filter of one network, kept by libvirt: a guest may send from its own MAC and address only, may ask for
/// an address by DHCP and may not answer as a DHCP server. The hypervisor applies it to a port and passes the address
/// as `IP`; the MAC comes by itself. IPv4 and ARP pass, nothing else: this network carries no IPv6.
class SpoofFilter
{
public:
    SpoofFilter(AgentId agent, NetworkId network)
        : m_agent(agent)
        , m_network(network)
    {}

    /// `ghost-<agent8>-<network8>`
    QString name() const;
    QString toXml() const;

    /// It is defined, with these rules. Somebody else's of this name: AlreadyExists.
    Result<void> ensure(virConnectPtr connection) const;
    /// It is gone. Somebody else's of this name stays: Ok.
    Result<void> remove(virConnectPtr connection) const;

private:
    QString owner() const;
    QString tag() const;

    AgentId m_agent;
    NetworkId m_network;
};

} // namespace ghost::nat
