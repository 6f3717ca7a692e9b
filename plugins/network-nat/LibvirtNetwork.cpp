// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "LibvirtNetwork.h"

#include "libvirt/LibvirtError.h"

namespace ghost::nat {

Result<std::optional<LibvirtNetwork>> LibvirtNetwork::find(virConnectPtr connection, const QString &name)
{
    libvirt::NetworkHandle handle(virNetworkLookupByName(connection, name.toUtf8().constData()));
    if (handle)
        return std::optional(LibvirtNetwork(std::move(handle), name));
    if (libvirt::lastErrorNumber() == VIR_ERR_NO_NETWORK)
        return std::optional<LibvirtNetwork>();
    return libvirt::lastError(QStringLiteral("network %1").arg(name));
}

Result<LibvirtNetwork> LibvirtNetwork::define(virConnectPtr connection, const NetworkDefinition &definition)
{
    const QString name = definition.objectName();
    libvirt::NetworkHandle handle(virNetworkDefineXML(connection, definition.toXml().toUtf8().constData()));
    if (!handle)
        return libvirt::lastError(QStringLiteral("network %1").arg(name));
    return LibvirtNetwork(std::move(handle), name);
}

Result<FoundNetwork> LibvirtNetwork::running() const
{
    return description(0);
}

Result<FoundNetwork> LibvirtNetwork::defined() const
{
    return description(VIR_NETWORK_XML_INACTIVE);
}

bool LibvirtNetwork::isActive() const
{
    return virNetworkIsActive(m_handle.get()) == 1;
}

bool LibvirtNetwork::isPersistent() const
{
    return virNetworkIsPersistent(m_handle.get()) == 1;
}

Result<void> LibvirtNetwork::start() const
{
    // Two agents' calls, or libvirt's own autostart, may be first.
    if (virNetworkCreate(m_handle.get()) < 0 && libvirt::lastErrorNumber() != VIR_ERR_OPERATION_INVALID)
        return error();
    return {};
}

Result<void> LibvirtNetwork::remove() const
{
    if (isActive() && virNetworkDestroy(m_handle.get()) < 0)
        return error();
    if (virNetworkUndefine(m_handle.get()) < 0 && libvirt::lastErrorNumber() != VIR_ERR_NO_NETWORK)
        return error();
    return {};
}

Result<void> LibvirtNetwork::setNames(const QList<DnsHost> &wanted) const
{
    const auto found = running();
    if (!found)
        return found.error();
    unsigned int flags = VIR_NETWORK_UPDATE_AFFECT_CONFIG;
    if (isActive())
        flags |= VIR_NETWORK_UPDATE_AFFECT_LIVE;
    // First what goes: a name may move from one address to another, and libvirt refuses it twice.
    for (const DnsHost &host : found->names) {
        if (wanted.contains(host))
            continue;
        if (auto done = updateName(VIR_NETWORK_UPDATE_COMMAND_DELETE, host, flags); !done)
            return done;
    }
    for (const DnsHost &host : wanted) {
        if (found->names.contains(host))
            continue;
        if (auto done = updateName(VIR_NETWORK_UPDATE_COMMAND_ADD_LAST, host, flags); !done)
            return done;
    }
    return {};
}

Result<QList<DhcpLease>> LibvirtNetwork::leases() const
{
    virNetworkDHCPLeasePtr *found = nullptr;
    const int count = virNetworkGetDHCPLeases(m_handle.get(), nullptr, &found, 0);
    if (count < 0)
        return error();
    QList<DhcpLease> leases;
    for (int i = 0; i < count; ++i) {
        if (found[i]->type == VIR_IP_ADDR_TYPE_IPV4)
            leases.append({.mac = QString::fromUtf8(found[i]->mac).toLower(),
                           .ip = QString::fromUtf8(found[i]->ipaddr),
                           .expirySeconds = found[i]->expirytime});
        virNetworkDHCPLeaseFree(found[i]);
    }
    std::free(found);
    return leases;
}

Result<FoundNetwork> LibvirtNetwork::description(unsigned int flags) const
{
    char *xml = virNetworkGetXMLDesc(m_handle.get(), flags);
    if (!xml)
        return error();
    return FoundNetwork::parse(libvirt::adoptString(xml));
}

Result<void> LibvirtNetwork::updateName(unsigned int command, const DnsHost &host, unsigned int flags) const
{
    const QByteArray xml = dnsHostXml(host).toUtf8();
    if (virNetworkUpdate(m_handle.get(), command, VIR_NETWORK_SECTION_DNS_HOST, -1, xml.constData(), flags) < 0)
        return error().within(QStringLiteral("DNS name '%1'").arg(host.names.value(0)));
    return {};
}

Error LibvirtNetwork::error() const
{
    return libvirt::lastError(QStringLiteral("network %1").arg(m_name));
}

Result<QList<SubnetHolder>> readLibvirtSubnets(virConnectPtr connection, const QString &except)
{
    virNetworkPtr *array = nullptr;
    const int count = virConnectListAllNetworks(connection, &array, 0);
    if (count < 0)
        return libvirt::lastError(QStringLiteral("libvirt's networks"));
    QList<SubnetHolder> holders;
    for (const auto &network : libvirt::adoptList<libvirt::NetworkHandle>(array, count)) {
        if (QString::fromUtf8(virNetworkGetName(network.get())) == except)
            continue;
        char *xml = virNetworkGetXMLDesc(network.get(), 0);
        if (!xml)
            continue; // removed since the list was made
        const FoundNetwork found = FoundNetwork::parse(libvirt::adoptString(xml));
        for (const Subnet &subnet : found.subnets)
            holders.append({.subnet = subnet,
                            .who = QStringLiteral("libvirt network %1").arg(found.name),
                            .interface = found.bridge});
    }
    return holders;
}

} // namespace ghost::nat
