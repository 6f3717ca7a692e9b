// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "input/ForwardParser.h"

#include <optional>

#include <QtCore/QRegularExpression>

namespace ghost::ctl {
namespace {

Error refusedForward(QStringView text, const QString &why)
{
    return Error(Code::InvalidArgument, QStringLiteral("forward '%1': %2").arg(text, why))
        .withHint(QStringLiteral("write HOST:GUEST as in 8080:80, :80 for a free port, or udp:127.0.0.1:5353:53"));
}

std::optional<int> portFrom(int lowest, QStringView text)
{
    bool isNumber = false;
    const int port = text.toInt(&isNumber);
    return isNumber && port >= lowest && port <= 65'535 ? std::optional(port) : std::nullopt;
}

} // namespace

Result<PortForward> parseForward(QStringView text)
{
    static const QRegularExpression whole(
        QStringLiteral("\\A(?:([a-z]+):)?(?:([0-9]+(?:\\.[0-9]+){3}|\\[[0-9a-fA-F:.]+\\]):)?([0-9]*):([0-9]+)\\z"));
    const QRegularExpressionMatch match = whole.match(text.toString());
    if (!match.hasMatch())
        return refusedForward(text, QStringLiteral("it is none"));
    PortForward forward;
    const QString protocol = match.captured(1);
    forward.setProtocol(protocol.isEmpty() ? PortForward::Protocol::Tcp : protocolFromName(protocol));
    if (forward.protocol() == PortForward::Protocol::Unspecified)
        return refusedForward(text, QStringLiteral("'%1' is neither tcp nor udp nor an IP address").arg(protocol));
    QString address = match.captured(2);
    if (address.startsWith(u'['))
        address = address.mid(1, address.size() - 2);
    forward.setHostAddress(address);
    const auto hostPort = match.capturedView(3).isEmpty() ? 0 : portFrom(0, match.capturedView(3));
    const auto guestPort = portFrom(1, match.capturedView(4));
    if (!hostPort || !guestPort)
        return refusedForward(text, QStringLiteral("ports go from 1 to 65535"));
    forward.setHostPort(*hostPort);
    forward.setGuestPort(*guestPort);
    return forward;
}

} // namespace ghost::ctl
