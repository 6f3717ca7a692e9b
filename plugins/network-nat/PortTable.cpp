// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "PortTable.h"

#include <algorithm>

#include <QtCore/QDateTime>
#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QSet>

#include "AddressPlan.h"
#include "files/DurableFiles.h"

namespace ghost::nat {
namespace {

constexpr int schemaVersion = 1;
constexpr qint64 largestPortFile = 1 << 20; // 253 ports take 70 KB

Error damaged(const QString &path, const QString &why)
{
    return Error(Code::Internal, QStringLiteral("%1: %2").arg(path, why));
}

QJsonObject toJson(const Port &port)
{
    return {{QStringLiteral("vm"), port.vm.toString()},
            {QStringLiteral("name"), port.name},
            {QStringLiteral("host"), port.host},
            {QStringLiteral("pluggedAtMs"), port.pluggedAtMs},
            {QStringLiteral("leaseExpirySeconds"), port.leaseExpirySeconds},
            {QStringLiteral("leaseSinceMs"), port.leaseSinceMs}};
}

Port portFromJson(const QJsonObject &json)
{
    return {.vm = VmId::fromString(json[QStringLiteral("vm")].toString()),
            .name = json[QStringLiteral("name")].toString(),
            .host = json[QStringLiteral("host")].toInt(),
            .pluggedAtMs = json[QStringLiteral("pluggedAtMs")].toInteger(),
            .leaseExpirySeconds = json[QStringLiteral("leaseExpirySeconds")].toInteger(),
            .leaseSinceMs = json[QStringLiteral("leaseSinceMs")].toInteger()};
}

} // namespace

Result<std::unique_ptr<PortTable>> PortTable::load(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return damaged(path, file.errorString());
    if (file.size() > largestPortFile)
        return damaged(path, QStringLiteral("%1 bytes are too many for a port table").arg(file.size()));
    QJsonParseError problem;
    const QJsonDocument document = QJsonDocument::fromJson(file.readAll(), &problem);
    if (!document.isObject())
        return damaged(path, problem.error ? problem.errorString() : QStringLiteral("not a JSON object"));
    const QJsonObject json = document.object();
    if (json[QStringLiteral("version")].toInt() != schemaVersion)
        return damaged(path, QStringLiteral("version is not %1").arg(schemaVersion));

    const auto subnet = Subnet::parse(json[QStringLiteral("cidr")].toString());
    auto table = std::make_unique<PortTable>(
        path, NetworkRecord{.id = NetworkId::fromString(json[QStringLiteral("network")].toString()),
                            .name = json[QStringLiteral("name")].toString(),
                            .subnet = subnet.value_or(Subnet{})});
    if (table->m_network.id.isNull() || !subnet || !json[QStringLiteral("ports")].isArray())
        return damaged(path, QStringLiteral("network, cidr or ports are missing"));

    QSet<VmId> vms;
    QSet<int> hosts;
    for (const auto value : json[QStringLiteral("ports")].toArray()) {
        const Port port = portFromJson(value.toObject());
        if (port.vm.isNull() || port.host < AddressPlan::firstHost || port.host > AddressPlan::lastHost)
            return damaged(path, QStringLiteral("a port has no VM or no address"));
        if (vms.contains(port.vm) || hosts.contains(port.host))
            return damaged(
                path, QStringLiteral("VM %1 or address number %2 stands twice").arg(port.vm.toString()).arg(port.host));
        vms.insert(port.vm);
        hosts.insert(port.host);
        table->m_ports.append(port);
    }
    std::ranges::sort(table->m_ports, {}, &Port::host);
    return table;
}

NetworkRecord PortTable::network() const
{
    const std::lock_guard lock(m_mutex);
    return m_network;
}

Result<void> PortTable::setNetwork(const NetworkRecord &network)
{
    const std::lock_guard lock(m_mutex);
    if (auto written = write(network, m_ports); !written)
        return written;
    m_network = network;
    return {};
}

Result<void> PortTable::restore(const NetworkRecord &network, const QList<Port> &ports)
{
    const std::lock_guard lock(m_mutex);
    if (auto written = write(network, ports); !written)
        return written;
    m_network = network;
    m_ports = ports;
    std::ranges::sort(m_ports, {}, &Port::host);
    return {};
}

Result<void> PortTable::removeFile() const
{
    const std::lock_guard lock(m_mutex);
    return ghost::removeFile(m_path);
}

Result<Port> PortTable::plug(const PortSpec &spec)
{
    const std::lock_guard lock(m_mutex);
    QList<Port> ports = m_ports;
    auto port = std::ranges::find(ports, spec.vm(), &Port::vm);
    if (port != ports.end()) {
        if (port->name == spec.name())
            return *port;
        port->name = spec.name();
    } else {
        int host = AddressPlan::firstHost;
        for (port = ports.begin(); port != ports.end() && port->host == host; ++port)
            ++host;
        if (host > AddressPlan::lastHost)
            return Error(Code::ResourceExhausted,
                         QStringLiteral("network '%1' has no free address: all %2 are lent to VMs")
                             .arg(m_network.name)
                             .arg(ports.size()))
                .withHint(QStringLiteral("delete a VM"));
        port = ports.insert(
            port,
            {.vm = spec.vm(), .name = spec.name(), .host = host, .pluggedAtMs = QDateTime::currentMSecsSinceEpoch()});
    }
    const Port plugged = *port;
    if (auto written = write(m_network, ports); !written)
        return written.error();
    m_ports = ports;
    return plugged;
}

Result<void> PortTable::unplug(VmId vm)
{
    const std::lock_guard lock(m_mutex);
    QList<Port> ports = m_ports;
    if (ports.removeIf([&](const Port &port) { return port.vm == vm; }) == 0)
        return {};
    if (auto written = write(m_network, ports); !written)
        return written;
    m_ports = ports;
    return {};
}

Result<void> PortTable::noteLeases(const QList<Port> &seen)
{
    const std::lock_guard lock(m_mutex);
    QList<Port> ports = m_ports;
    for (const Port &each : seen) {
        const auto port = std::ranges::find(ports, each.vm, &Port::vm);
        if (port == ports.end())
            continue; // unplugged meanwhile
        port->leaseExpirySeconds = each.leaseExpirySeconds;
        port->leaseSinceMs = each.leaseSinceMs;
    }
    if (ports == m_ports)
        return {};
    if (auto written = write(m_network, ports); !written)
        return written;
    m_ports = ports;
    return {};
}

std::optional<Port> PortTable::find(VmId vm) const
{
    const std::lock_guard lock(m_mutex);
    const auto port = std::ranges::find(m_ports, vm, &Port::vm);
    return port == m_ports.end() ? std::nullopt : std::optional(*port);
}

QList<Port> PortTable::ports() const
{
    const std::lock_guard lock(m_mutex);
    return m_ports;
}

Result<void> PortTable::write(const NetworkRecord &network, const QList<Port> &ports) const
{
    QJsonArray list;
    for (const Port &port : ports)
        list.append(toJson(port));
    const QJsonObject json{{QStringLiteral("version"), schemaVersion},
                           {QStringLiteral("network"), network.id.toString()},
                           {QStringLiteral("name"), network.name},
                           {QStringLiteral("cidr"), network.subnet.toString()},
                           {QStringLiteral("ports"), list}};
    return writeJson(m_path, json);
}

} // namespace ghost::nat
