// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Port.h"

#include <algorithm>

#include <QtCore/QCryptographicHash>
#include <QtCore/QJsonArray>

#include "HostPorts.h"

namespace ghost::user {
namespace {

constexpr int schemaVersion = 1;
constexpr int sshPort = 22;

Error damaged(const QString &why)
{
    return Error(Code::Internal, why);
}

QJsonObject toJson(const Forward &forward)
{
    return {{QStringLiteral("protocol"), protocolName(forward.to.protocol())},
            {QStringLiteral("guest_port"), forward.to.guestPort()},
            {QStringLiteral("host_address"), forward.to.hostAddress()},
            {QStringLiteral("host_port"), forward.to.hostPort()},
            {QStringLiteral("chosen"), forward.isChosen}};
}

Result<Forward> forwardFromJson(const QJsonObject &json)
{
    Forward forward;
    forward.to.setProtocol(protocolFromName(json[QStringLiteral("protocol")].toString()));
    forward.to.setGuestPort(json[QStringLiteral("guest_port")].toInt());
    forward.to.setHostAddress(json[QStringLiteral("host_address")].toString());
    forward.to.setHostPort(json[QStringLiteral("host_port")].toInt());
    forward.isChosen = json[QStringLiteral("chosen")].toBool();
    const auto isPort = [](int port) { return port >= 1 && port <= largestPort; };
    if (forward.to.protocol() == PortForward::Protocol::Unspecified || !isPort(forward.to.guestPort()) ||
        !isPort(forward.to.hostPort()) || forward.to.hostAddress().isEmpty())
        return damaged(QStringLiteral("a forward without protocol, address or ports"));
    return forward;
}

} // namespace

QList<PortForward> Port::portForwards() const
{
    QList<PortForward> list;
    for (const Forward &forward : forwards)
        list.append(forward.to);
    return list;
}

std::optional<Endpoint> Port::ssh() const
{
    const auto at = std::ranges::find_if(forwards, [](const Forward &forward) {
        return forward.to.protocol() == PortForward::Protocol::Tcp && forward.to.guestPort() == sshPort;
    });
    if (at == forwards.end())
        return {};
    const QString address = at->to.hostAddress();
    return Endpoint{.address = address == QLatin1String("0.0.0.0") ? QStringLiteral("127.0.0.1") : address,
                    .port = at->to.hostPort()};
}

QJsonObject Port::toJson() const
{
    QJsonArray list;
    for (const Forward &forward : forwards)
        list.append(user::toJson(forward));
    return {{QStringLiteral("version"), schemaVersion},
            {QStringLiteral("vm"), vm.toString()},
            {QStringLiteral("network"), network.toString()},
            {QStringLiteral("name"), name},
            {QStringLiteral("mac"), mac},
            {QStringLiteral("forwards"), list}};
}

Result<Port> Port::fromJson(const QJsonObject &json)
{
    if (json[QStringLiteral("version")].toInt() != schemaVersion)
        return damaged(QStringLiteral("version is not %1").arg(schemaVersion));
    Port port{.vm = VmId::fromString(json[QStringLiteral("vm")].toString()),
              .network = NetworkId::fromString(json[QStringLiteral("network")].toString()),
              .name = json[QStringLiteral("name")].toString(),
              .mac = json[QStringLiteral("mac")].toString(),
              .forwards = {}};
    if (port.vm.isNull() || port.network.isNull() || port.mac.isEmpty() || !json[QStringLiteral("forwards")].isArray())
        return damaged(QStringLiteral("vm, network, mac or forwards are missing"));
    for (const auto value : json[QStringLiteral("forwards")].toArray()) {
        const auto forward = forwardFromJson(value.toObject());
        if (!forward)
            return forward.error();
        port.forwards.append(*forward);
    }
    return port;
}

PortForward sshForward()
{
    PortForward forward;
    forward.setProtocol(PortForward::Protocol::Tcp);
    forward.setGuestPort(sshPort);
    forward.setHostAddress(QStringLiteral("127.0.0.1"));
    return forward;
}

QString macOf(VmId vm)
{
    const QByteArray hash = QCryptographicHash::hash(vm.uuid().toRfc4122(), QCryptographicHash::Sha256);
    return QStringLiteral("52:54:00:") + QString::fromLatin1(hash.first(3).toHex(':'));
}

} // namespace ghost::user
