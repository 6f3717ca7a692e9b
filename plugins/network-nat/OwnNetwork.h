// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>

#include <ghost/NicSource.h>

#include "Leases.h"
#include "LibvirtNetwork.h"
#include "PortTable.h"
#include "health/HealthReasons.h"

namespace ghost::nat {

struct CheckedNetworkSpec;

/// What holds for all networks of this plugin.
struct NetworkOptions
{
    AgentId agent;
    SubnetChooser subnets{{}};
    int leaseSeconds = 0;
    bool spoofFilter = true;
    QString leaseFolder; ///< where libvirt's DHCP keeps its status files
};

/// One of our networks: its ports on disk, and the libvirt objects that follow from them. Thread-safe; changes to
/// libvirt go one after another.
class OwnNetwork
{
public:
    OwnNetwork(const NetworkOptions &options, std::unique_ptr<PortTable> ports, HealthReasons &health);

    PortTable &ports() const { return *m_ports; }
    NetworkId id() const { return m_id; }
    /// The name of its network and filter at libvirt.
    QString objectName() const;
    QString leaseFileName() const;
    NetworkInfo info() const;
    NicSource nic(const Port &port) const;

    /// Takes over a new name. Another subnet than the one that VMs may have addresses in: FailedPrecondition.
    Result<void> adopt(const CheckedNetworkSpec &spec);
    /// Makes libvirt equal to the record: filter, definition, DNS names, running. Chooses a subnet if none is recorded.
    Result<void> realise(virConnectPtr connection, const std::optional<Subnet> &configured = {});
    /// Takes the VM's name out of DNS, then gives its pair back.
    Result<void> unplug(virConnectPtr connection, VmId vm);
    /// Network and filter are gone at libvirt, and the record on disk. What is not ours stays. FailedPrecondition while
    /// ports are plugged, or lost.
    Result<void> remove(virConnectPtr connection);

    /// Says in the health whether others on this host use the subnet, too. A network that runs goes on running when the
    /// host joins such a LAN: then neither guests nor host reach that LAN, but taking the network away would be worse.
    void judgeSubnet();
    /// Nothing that was said of this network holds any more.
    void clearHealth();

    /// There is no file of the ports: until they are read back from the network's DNS names nothing can be said of
    /// them.
    /// @p damage says what became of the file, empty if there was none: a new network, or a lost folder.
    void setPortsLost(const QString &damage);
    bool arePortsLost() const;
    Result<void> recoverPorts(virConnectPtr connection);

    using LeaseSource = std::function<Result<QList<DhcpLease>>()>;
    /// Reads the status file, or asks @p instead where that may not be read. VMs whose address changed since the last
    /// time.
    Result<QList<VmId>> refreshLeases(const LeaseSource &instead);
    std::optional<Address> address(const Port &port) const;

private:
    struct Found
    {
        LibvirtNetwork object;
        FoundNetwork defined;
    };

    NetworkDefinition definition() const;
    QList<DnsHost> names(VmId without = {}) const;
    Result<std::optional<Found>> findOurs(virConnectPtr connection) const;
    Result<QList<SubnetHolder>> hostSubnets() const;
    Result<QList<SubnetHolder>> holders(virConnectPtr connection) const;
    Result<void> settleSubnet(virConnectPtr connection, bool isActive, const std::optional<Subnet> &configured);
    Result<void> start(virConnectPtr connection, const LibvirtNetwork &network, const NetworkDefinition &wanted);
    QString portsMatter() const;
    QString subnetMatter() const;

    const NetworkOptions m_options;
    const NetworkId m_id;
    const std::unique_ptr<PortTable> m_ports;
    HealthReasons &m_health;
    std::mutex m_changes;
    mutable std::mutex m_lostMutex;
    bool m_portsLost = false;
    QString m_damage;
    std::mutex m_leaseMutex; ///< a look at the leases and what follows from it are one step
    Leases m_leases;
};

} // namespace ghost::nat
