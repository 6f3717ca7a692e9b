// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "OwnNetwork.h"

#include <tuple>

#include <QtCore/QDateTime>
#include <QtCore/QDir>
#include <QtCore/QHash>

#include "AddressPlan.h"
#include "HostSubnets.h"
#include "SpecRules.h"
#include "SpoofFilter.h"
#include "files/DurableFiles.h"

namespace ghost::nat {

OwnNetwork::OwnNetwork(const NetworkOptions &options, std::unique_ptr<PortTable> ports, HealthReasons &health)
    : m_options(options)
    , m_id(ports->network().id)
    , m_ports(std::move(ports))
    , m_health(health)
    , m_leases(options.leaseSeconds)
{
    const AddressPlan plan{.network = m_id, .subnet = m_ports->network().subnet};
    for (const Port &port : m_ports->ports()) {
        if (port.leaseExpirySeconds > 0)
            m_leases.remember(
                {.mac = plan.mac(port.host), .ip = plan.ip(port.host), .expirySeconds = port.leaseExpirySeconds},
                port.leaseSinceMs);
    }
}

QString OwnNetwork::objectName() const
{
    return definition().objectName();
}

QString OwnNetwork::leaseFileName() const
{
    return definition().bridgeName() + QStringLiteral(".status");
}

NetworkInfo OwnNetwork::info() const
{
    const NetworkRecord record = m_ports->network();
    NetworkInfo info;
    info.setId(record.id);
    info.setName(record.name);
    info.setCidr(record.subnet.toString());
    info.setBridge(definition().bridgeName());
    return info;
}

NicSource OwnNetwork::nic(const Port &port) const
{
    const AddressPlan plan{.network = m_id, .subnet = m_ports->network().subnet};
    NicSource nic;
    nic.setKind(NicSource::Kind::Bridge);
    nic.setTarget(definition().bridgeName());
    nic.setMac(plan.mac(port.host));
    nic.setReservedIp(plan.ip(port.host));
    if (m_options.spoofFilter)
        nic.setFilter(SpoofFilter(m_options.agent, m_id).name());
    return nic;
}

Result<void> OwnNetwork::realise(virConnectPtr connection, const std::optional<Subnet> &configured)
{
    const std::lock_guard lock(m_changes);
    auto network = findOurs(connection);
    if (!network)
        return network.error();
    if (auto settled = settleSubnet(connection, *network && (*network)->object.isActive(), configured); !settled)
        return settled;
    if (m_options.spoofFilter) {
        if (auto filter = SpoofFilter(m_options.agent, m_id).ensure(connection); !filter)
            return filter;
    }

    const NetworkDefinition wanted = definition();
    if (*network && (*network)->defined.revision == wanted.revision() && (*network)->object.isPersistent())
        return start(connection, (*network)->object, wanted);
    const auto defined = LibvirtNetwork::define(connection, wanted);
    if (!defined)
        return defined.error();
    return start(connection, *defined, wanted);
}

Result<void> OwnNetwork::start(virConnectPtr connection, const LibvirtNetwork &network, const NetworkDefinition &wanted)
{
    if (auto named = network.setNames(wanted.names); !named)
        return named;
    if (network.isActive()) {
        judgeSubnet();
        return {};
    }
    // libvirt refuses, too, but names nobody, and does not look at other routing tables.
    const auto others = holders(connection);
    if (!others)
        return others.error();
    if (auto free = SubnetChooser::check(m_ports->network().subnet, *others); !free)
        return free.error().within(QStringLiteral("network '%1' cannot start").arg(m_ports->network().name));
    if (auto started = network.start(); !started)
        return started;
    m_health.clear(objectName());
    m_health.clear(subnetMatter());
    return {};
}

void OwnNetwork::judgeSubnet()
{
    const NetworkRecord record = m_ports->network();
    const auto others = hostSubnets();
    if (!others || record.subnet.prefix == 0)
        return;
    if (const auto free = SubnetChooser::check(record.subnet, *others))
        m_health.clear(subnetMatter());
    else
        m_health.degraded(subnetMatter(),
                          free.error().within(QStringLiteral("network '%1'").arg(record.name)).message());
}

void OwnNetwork::clearHealth()
{
    for (const QString &matter : {objectName(), portsMatter(), subnetMatter()})
        m_health.clear(matter);
}

QString OwnNetwork::portsMatter() const
{
    return objectName() + QStringLiteral(" ports");
}

QString OwnNetwork::subnetMatter() const
{
    return objectName() + QStringLiteral(" subnet");
}

Result<void> OwnNetwork::adopt(const CheckedNetworkSpec &spec)
{
    NetworkRecord record = m_ports->network();
    if (spec.subnet && record.subnet.prefix != 0 && record.subnet != *spec.subnet)
        return Error(Code::FailedPrecondition,
                     QStringLiteral("network '%1' has subnet %2 already").arg(record.name, record.subnet.toString()))
            .withField(QStringLiteral("cidr"))
            .withHint(QStringLiteral("remove the network first"));
    if (record.name == spec.name)
        return {};
    record.name = spec.name;
    return m_ports->setNetwork(record);
}

Result<void> OwnNetwork::settleSubnet(virConnectPtr connection, bool isActive, const std::optional<Subnet> &configured)
{
    NetworkRecord record = m_ports->network();
    const bool chosen = record.subnet.prefix != 0;
    // A subnet stays for good, unless nobody has an address in it and it cannot be used any more.
    if (chosen && (configured || isActive || !m_ports->ports().isEmpty()))
        return {};
    const auto others = holders(connection);
    if (!others)
        return others.error();
    if (chosen && SubnetChooser::check(record.subnet, *others))
        return {};

    if (configured) {
        if (auto free = SubnetChooser::check(*configured, *others); !free)
            return free.error().withField(QStringLiteral("cidr"));
        record.subnet = *configured;
    } else {
        const auto subnet = m_options.subnets.choose(*others);
        if (!subnet)
            return subnet.error();
        record.subnet = *subnet;
    }
    return m_ports->setNetwork(record);
}

Result<void> OwnNetwork::unplug(virConnectPtr connection, VmId vm)
{
    const std::lock_guard lock(m_changes);
    const auto network = findOurs(connection);
    if (!network)
        return network.error();
    if (*network) {
        if (auto named = (*network)->object.setNames(names(vm)); !named)
            return named;
    }
    return m_ports->unplug(vm);
}

Result<void> OwnNetwork::remove(virConnectPtr connection)
{
    const std::lock_guard lock(m_changes);
    if (arePortsLost())
        return Error(
            Code::FailedPrecondition,
            QStringLiteral("it is not known who uses network %1: its port table was lost").arg(m_id.toString()));
    if (const auto used = m_ports->ports(); !used.isEmpty())
        return Error(Code::FailedPrecondition, QStringLiteral("network '%1' has %2 ports plugged, the first by VM %3")
                                                   .arg(m_ports->network().name)
                                                   .arg(used.size())
                                                   .arg(used.first().vm.toString()));
    const auto network = findOurs(connection);
    if (!network && network.error().code() != Code::AlreadyExists)
        return network.error();
    if (network && *network) {
        if (auto removed = (*network)->object.remove(); !removed)
            return removed;
    }
    if (auto removed = SpoofFilter(m_options.agent, m_id).remove(connection); !removed)
        return removed;
    return m_ports->removeFile();
}

void OwnNetwork::setPortsLost(const QString &damage)
{
    const std::lock_guard lock(m_lostMutex);
    m_portsLost = true;
    m_damage = damage;
    if (!damage.isEmpty())
        m_health.degraded(portsMatter(), damage);
}

bool OwnNetwork::arePortsLost() const
{
    const std::lock_guard lock(m_lostMutex);
    return m_portsLost;
}

/// Each port has a DNS entry that ends with the VM's id: that is all there is to a port.
Result<void> OwnNetwork::recoverPorts(virConnectPtr connection)
{
    const std::lock_guard changes(m_changes);
    const std::lock_guard lock(m_lostMutex);
    if (!m_portsLost)
        return {};
    const auto network = findOurs(connection);
    if (!network && network.error().code() != Code::AlreadyExists)
        return network.error();
    const bool exists = network && *network;
    NetworkRecord record = m_ports->network();
    QList<Port> ports;
    if (exists) {
        const FoundNetwork &found = (*network)->defined;
        record.name = found.domain;
        record.subnet = found.subnets.value(0);
        for (const DnsHost &host : found.names) {
            const Port port{.vm = VmId::fromString(host.names.value(host.names.size() - 1)),
                            .name = host.names.value(0),
                            .host = record.subnet.hostOf(host.ip),
                            .pluggedAtMs = 0};
            if (!port.vm.isNull() && port.host >= AddressPlan::firstHost)
                ports.append(port);
        }
    }
    if (auto restored = m_ports->restore(record, ports); !restored)
        return restored;
    m_portsLost = false;
    if (m_damage.isEmpty() && ports.isEmpty())
        return {}; // a new network, nothing was lost
    const QString source =
        exists ? QStringLiteral("its DNS names") : QStringLiteral("nowhere: libvirt does not know it");
    m_health.degraded(portsMatter(),
                      QStringLiteral("the port table of network %1 was lost; %2 ports were read back from %3%4")
                          .arg(m_id.toString())
                          .arg(ports.size())
                          .arg(source, m_damage.isEmpty() ? QString() : QStringLiteral(" (%1)").arg(m_damage)));
    return {};
}

Result<QList<VmId>> OwnNetwork::refreshLeases(const LeaseSource &instead)
{
    const std::lock_guard lock(m_leaseMutex);
    const qint64 nowMs = QDateTime::currentMSecsSinceEpoch();
    auto leases = readLeaseFile(QDir(m_options.leaseFolder).filePath(leaseFileName()));
    if (!leases && leases.error().code() == Code::PermissionDenied)
        leases = instead();
    if (!leases)
        return leases.error();
    const QSet<QString> changed = m_leases.update(*leases, nowMs);
    const AddressPlan plan{.network = m_id, .subnet = m_ports->network().subnet};
    QList<VmId> vms;
    QList<Port> seen;
    for (Port port : m_ports->ports()) {
        if (!changed.contains(plan.mac(port.host)))
            continue;
        vms.append(port.vm);
        if (const auto lease = m_leases.last(plan.mac(port.host))) {
            port.leaseExpirySeconds = lease->lease.expirySeconds;
            port.leaseSinceMs = lease->sinceMs;
            seen.append(port);
        }
    }
    std::ignore = m_ports->noteLeases(seen); // of use to the next agent only; today's addresses are right without it
    return vms;
}

std::optional<Address> OwnNetwork::address(const Port &port) const
{
    const AddressPlan plan{.network = m_id, .subnet = m_ports->network().subnet};
    auto address = m_leases.find(plan.mac(port.host), QDateTime::currentMSecsSinceEpoch());
    // The pair may have been another VM's, whose lease is not over. A lease's start is rounded down to the second.
    if (!address || address->sinceMs() + 1000 <= port.pluggedAtMs)
        return {};
    return address;
}

NetworkDefinition OwnNetwork::definition() const
{
    const NetworkRecord record = m_ports->network();
    return {.agent = m_options.agent,
            .network = record.id,
            .domain = record.name,
            .subnet = record.subnet,
            .leaseSeconds = m_options.leaseSeconds,
            .names = names()};
}

/// An address answers to its VM's name and to its id. libvirt refuses a name twice; of two VMs with one name, as when
/// one is made while the end of its namesake is not yet confirmed, the newer has it.
QList<DnsHost> OwnNetwork::names(VmId without) const
{
    QList<Port> ports = m_ports->ports();
    ports.removeIf([&](const Port &port) { return port.vm == without; });
    QHash<QString, Port> newest;
    for (const Port &port : ports) {
        const auto other = newest.constFind(port.name);
        if (other == newest.cend() || other->pluggedAtMs <= port.pluggedAtMs)
            newest.insert(port.name, port);
    }
    const Subnet subnet = m_ports->network().subnet;
    QList<DnsHost> hosts;
    for (const Port &port : ports) {
        DnsHost host{.ip = subnet.address(port.host), .names = {port.vm.toString()}};
        if (newest.value(port.name) == port && port.name != host.names.first())
            host.names.prepend(port.name);
        hosts.append(host);
    }
    return hosts;
}

/// Ours only with our tag: a network that merely has our name is its owner's.
Result<std::optional<OwnNetwork::Found>> OwnNetwork::findOurs(virConnectPtr connection) const
{
    const QString name = objectName();
    auto network = LibvirtNetwork::find(connection, name);
    if (!network)
        return network.error();
    if (!*network)
        return std::optional<Found>();
    auto defined = (*network)->defined();
    if (!defined)
        return defined.error();
    if (!(defined->agent == m_options.agent && defined->network == m_id))
        return Error(Code::AlreadyExists, QStringLiteral("libvirt network %1 exists and is not this agent's").arg(name))
            .withHint(QStringLiteral("rename or remove it: virsh net-dumpxml %1").arg(name));
    return std::optional(Found{.object = std::move(**network), .defined = std::move(*defined)});
}

/// Who uses addresses on this host, but for this network itself.
Result<QList<SubnetHolder>> OwnNetwork::hostSubnets() const
{
    auto host = readHostSubnets();
    if (host)
        host->removeIf(
            [bridge = definition().bridgeName()](const SubnetHolder &holder) { return holder.interface == bridge; });
    return host;
}

Result<QList<SubnetHolder>> OwnNetwork::holders(virConnectPtr connection) const
{
    auto all = readLibvirtSubnets(connection, objectName());
    if (!all)
        return all;
    const auto host = hostSubnets();
    if (!host)
        return host.error();
    all->append(*host);
    return all;
}

} // namespace ghost::nat
