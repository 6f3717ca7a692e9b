// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QList>
#include <QtCore/QStringList>
#include <ghost/Ids.h>

#include "Subnet.h"

namespace ghost::nat {

/// The names that one address answers to in a network's DNS.
struct DnsHost
{
    QString ip;
    QStringList names;
    bool operator==(const DnsHost &other) const = default;
};

/// One of our networks as libvirt is to define it.
struct NetworkDefinition
{
    AgentId agent;
    NetworkId network;
    QString domain;
    Subnet subnet;
    int leaseSeconds = 0;
    QList<DnsHost> names;

    /// `ghost-<agent8>-<network8>`: neither the owner's networks nor a second agent's collide.
    QString objectName() const;
    /// `gh<agent8>-<network4>`: 15 characters are all that Linux allows.
    QString bridgeName() const;
    /// Changes with everything in the definition but the DNS names, which come and go.
    QString revision() const;
    QString toXml() const;
};

/// `<host>` for virNetworkUpdate.
QString dnsHostXml(const DnsHost &host);

/// What we read from a libvirt network, ours or another's.
struct FoundNetwork
{
    AgentId agent; ///< null: not an agent's
    NetworkId network;
    QString revision;
    QString name;
    QString domain;
    QString bridge;
    QList<Subnet> subnets; ///< IPv4, its own and those that it routes
    QList<DnsHost> names;

    static FoundNetwork parse(const QString &xml);
};

} // namespace ghost::nat
