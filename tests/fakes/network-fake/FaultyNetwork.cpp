// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "FaultyNetwork.h"

#include <algorithm>

#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QSaveFile>
#include <QtCore/QUuid>

namespace ghost {

namespace {

constexpr int firstHostPort = 20000;

Error notPlugged(VmId vm)
{
    return Error(Code::NotFound, QStringLiteral("VM %1 is not plugged").arg(vm.toString()));
}

QString macOf(VmId vm)
{
    const QString digits = vm.toString().remove(u'-');
    return QStringLiteral("52:54:00:%1:%2:%3").arg(digits.mid(0, 2), digits.mid(2, 2), digits.mid(4, 2));
}

} // namespace

void FaultyNetwork::takeUp()
{
    if (has("restart-port"))
        QFile::remove(file());
    load();
}

Result<void> FaultyNetwork::deactivate(Call &)
{
    if (has("killed-port") && !isAbsent())
        write();
    return {};
}

Result<NetworkInfo> FaultyNetwork::ensure(const NetworkSpec &spec, Call &call)
{
    if (const auto ok = before(call); !ok)
        return ok.error();
    const std::scoped_lock lock(m_mutex);
    m_networks.insert(spec.id());
    save();
    NetworkInfo info;
    info.setId(spec.id());
    info.setName(has("ensure-ten-times") ? QUuid::createUuid().toString() : spec.name());
    return info;
}

Result<void> FaultyNetwork::remove(NetworkId id, Call &call)
{
    if (const auto ok = before(call); !ok)
        return ok.error();
    const std::scoped_lock lock(m_mutex);
    const bool isUsed =
        std::any_of(m_ports.begin(), m_ports.end(), [id](const auto &each) { return each.second.network == id; });
    if (isUsed && !has("network-in-use"))
        return Error(Code::FailedPrecondition, QStringLiteral("a VM has a port on it"));
    if (m_networks.erase(id) == 0 && has("remove-network-ten-times"))
        return Error(Code::NotFound, QStringLiteral("no such network"));
    save();
    return {};
}

Result<NicSource> FaultyNetwork::plug(NetworkId id, const PortSpec &spec, Call &call)
{
    if (const auto ok = before(call); !ok)
        return ok.error();
    const std::scoped_lock lock(m_mutex);
    if (!m_networks.contains(id))
        return Error(Code::NotFound, QStringLiteral("no such network"));
    const bool isNew = m_ports.try_emplace(spec.vm(), Port{id, macOf(spec.vm()), {}}).second;
    Port &port = m_ports[spec.vm()];
    if (has("plug-ten-times") && !isNew)
        port.mac = macOf(VmId::create());
    if (has("ten-plugs"))
        port.mac = QStringLiteral("52:54:00:12:34:56");
    if (has("port-complete"))
        port.mac.clear();
    save();
    return nic(port);
}

Result<void> FaultyNetwork::unplug(VmId vm, Call &call)
{
    if (const auto ok = before(call); !ok)
        return ok.error();
    const std::scoped_lock lock(m_mutex);
    if (m_ports.erase(vm) == 0 && has("unplug-ten-times"))
        return notPlugged(vm);
    save();
    return {};
}

Result<QList<Address>> FaultyNetwork::addresses(VmId, Call &call)
{
    if (const auto ok = before(call); !ok)
        return ok.error();
    if (!has("no-address-yet"))
        return QList<Address>(); // nothing runs here that could be seen
    Address address;
    address.setEndpoint(QStringLiteral("127.0.0.1:20000"));
    return QList<Address>{address};
}

Result<QList<VmId>> FaultyNetwork::ports(Call &call)
{
    if (const auto ok = before(call); !ok)
        return ok.error();
    const std::scoped_lock lock(m_mutex);
    QList<VmId> vms;
    for (const auto &[vm, port] : m_ports)
        vms.append(vm);
    return vms;
}

Result<QList<PortForward>> FaultyNetwork::forwards(VmId vm, Call &)
{
    const std::scoped_lock lock(m_mutex);
    const auto at = m_ports.find(vm);
    return at == m_ports.end() ? Result<QList<PortForward>>(notPlugged(vm)) : at->second.forwards;
}

Result<NicSource> FaultyNetwork::setForwards(VmId vm, const QList<PortForward> &wish, Call &call)
{
    if (const auto ok = before(call); !ok)
        return ok.error();
    const std::scoped_lock lock(m_mutex);
    const auto at = m_ports.find(vm);
    if (at == m_ports.end())
        return notPlugged(vm);
    QList<PortForward> forwards = wish;
    int next = firstHostPort;
    for (PortForward &forward : forwards) {
        if (forward.hostPort() != 0 && isTaken(forward.hostPort(), vm) && !has("forwards-taken"))
            return Error(Code::AlreadyExists, QStringLiteral("host port %1 is taken").arg(forward.hostPort()));
        if (forward.hostPort() != 0 || has("forwards-chosen"))
            continue;
        while (isTaken(next, vm))
            ++next;
        forward.setHostPort(next++);
    }
    at->second.forwards = forwards;
    save();
    return nic(at->second);
}

NicSource FaultyNetwork::nic(const Port &port) const
{
    NicSource nic;
    nic.setKind(nicKind());
    nic.setMac(port.mac);
    nic.setForwards(port.forwards);
    return nic;
}

// The caller holds m_mutex.
bool FaultyNetwork::isTaken(int hostPort, VmId byOther) const
{
    for (const auto &[vm, port] : m_ports)
        for (const PortForward &forward : port.forwards)
            if (!(vm == byOther) && forward.hostPort() == hostPort)
                return true;
    return false;
}

QString FaultyNetwork::file() const
{
    return folder(Folder::Data) + QStringLiteral("/fake-network.json");
}

// Forwards are not kept: no row asks for them after a restart.
void FaultyNetwork::load()
{
    QFile saved(file());
    if (!saved.open(QIODevice::ReadOnly))
        return;
    const QJsonObject json = QJsonDocument::fromJson(saved.readAll()).object();
    for (const QJsonValue &id : json.value(QStringLiteral("networks")).toArray())
        m_networks.insert(NetworkId::fromString(id.toString()));
    for (const QJsonValue &port : json.value(QStringLiteral("ports")).toArray())
        m_ports[VmId::fromString(port[0].toString())] = {
            NetworkId::fromString(port[1].toString()), port[2].toString(), {}};
}

// The caller holds m_mutex.
void FaultyNetwork::save() const
{
    if (!has("killed-port"))
        write();
}

// The caller holds m_mutex, or is the last one.
void FaultyNetwork::write() const
{
    QJsonArray networks;
    for (const NetworkId &id : m_networks)
        networks.append(id.toString());
    QJsonArray ports;
    for (const auto &[vm, port] : m_ports)
        ports.append(QJsonArray{vm.toString(), port.network.toString(), port.mac});
    const QJsonObject json{{QStringLiteral("networks"), networks}, {QStringLiteral("ports"), ports}};
    QSaveFile saved(file());
    if (!saved.open(QIODevice::WriteOnly) || saved.write(QJsonDocument(json).toJson()) < 0 || !saved.commit())
        qFatal("cannot write %s", qPrintable(file()));
}

} // namespace ghost
