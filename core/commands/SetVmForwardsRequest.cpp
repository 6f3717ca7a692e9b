// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/SetVmForwardsRequest.h"

#include <arpa/inet.h>

#include "commands/Arguments.h"

namespace ghost {

namespace {

constexpr qsizetype mostForwards = 64;
constexpr qint64 lastPort = 65'535;

Error wrong(const char *field, const QString &why)
{
    return Error(Code::InvalidArgument, why).withField(QLatin1String(field));
}

/// As the kernel would write it, so that equal ones look equal; empty for what is no address.
QString canonicalAddress(const QString &address)
{
    const QByteArray written = address.toLatin1();
    if (written.contains('\0'))
        return {};
    for (const int family : {AF_INET, AF_INET6}) {
        in6_addr binary{};
        char text[INET6_ADDRSTRLEN] = {};
        if (::inet_pton(family, written.constData(), &binary) == 1 && ::inet_ntop(family, &binary, text, sizeof text))
            return QString::fromLatin1(text);
    }
    return {};
}

Result<PortForward> parseForward(const QCborMap &map)
{
    Arguments arguments(map);
    const QString protocol = arguments.text(QStringLiteral("protocol"));
    const qint64 guestPort = arguments.integer(QStringLiteral("guest_port")).value_or(0);
    const QString address = arguments.text(QStringLiteral("host_address"));
    const qint64 hostPort = arguments.integer(QStringLiteral("host_port")).value_or(0);
    if (const auto ok = arguments.finish(); !ok)
        return ok.error();

    PortForward forward;
    forward.setProtocol(protocol.isEmpty() ? PortForward::Protocol::Tcp : protocolFromName(protocol));
    if (forward.protocol() == PortForward::Protocol::Unspecified)
        return wrong("protocol", QStringLiteral("'%1' is no protocol: tcp or udp").arg(protocol.left(80)));
    if (guestPort < 1 || guestPort > lastPort)
        return wrong("guest_port", QStringLiteral("port %1 of the guest: 1 to %2").arg(guestPort).arg(lastPort));
    forward.setGuestPort(int(guestPort));
    forward.setHostAddress(address.isEmpty() ? QStringLiteral("127.0.0.1") : canonicalAddress(address));
    if (forward.hostAddress().isEmpty())
        return wrong("host_address", QStringLiteral("'%1' is no IP address").arg(address.left(80)));
    if (hostPort < 0 || hostPort > lastPort)
        return wrong("host_port",
                     QStringLiteral("port %1 of the host: 1 to %2, or 0 for a free one").arg(hostPort).arg(lastPort));
    forward.setHostPort(int(hostPort));
    return forward;
}

bool wantTheSamePort(const PortForward &one, const PortForward &other)
{
    return one.hostPort() != 0 && one.hostPort() == other.hostPort() && one.protocol() == other.protocol() &&
           one.hostAddress() == other.hostAddress();
}

} // namespace

Result<SetVmForwardsRequest> SetVmForwardsRequest::parse(const Command &command)
{
    Arguments arguments(command.arguments());
    SetVmForwardsRequest request;
    request.vm = arguments.text(QStringLiteral("vm"));
    const QList<QCborMap> maps = arguments.maps(QStringLiteral("forwards"));
    if (const auto ok = arguments.finish(); !ok)
        return ok.error();
    if (maps.size() > mostForwards)
        return wrong("forwards", QStringLiteral("%1 forwards: at most %2").arg(maps.size()).arg(mostForwards));
    for (const QCborMap &map : maps) {
        const QString path = QStringLiteral("forwards[%1].").arg(request.forwards.size());
        const auto forward = parseForward(map);
        if (!forward)
            return forward.error().withField(path + forward.error().field());
        for (const PortForward &earlier : request.forwards)
            if (wantTheSamePort(earlier, *forward))
                return Error(Code::InvalidArgument,
                             QStringLiteral("port %1 of the host is named twice").arg(forward->hostPort()))
                    .withField(path + QStringLiteral("host_port"));
        request.forwards.append(*forward);
    }
    return request;
}

} // namespace ghost
