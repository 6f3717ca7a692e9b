// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Endpoint.h"

#include <memory>

#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include "ghost/UniqueFd.h"

namespace ghost::uplink {

namespace {

constexpr int connectPatienceMs = 1000;
constexpr quint32 tailnetPrefix = 0x64400000; // 100.64.0.0/10
constexpr quint32 tailnetMask = 0xffc00000;

bool connects(const addrinfo &address)
{
    const UniqueFd socket(::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket)
        return false;
    if (::connect(socket.get(), address.ai_addr, address.ai_addrlen) == 0)
        return true;
    pollfd fd{socket.get(), POLLOUT, 0};
    int problem = 0;
    socklen_t size = sizeof(problem);
    return ::poll(&fd, 1, connectPatienceMs) == 1 &&
           ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &problem, &size) == 0 && problem == 0;
}

} // namespace

Result<Endpoint> Endpoint::parse(const QString &text)
{
    const qsizetype colon = text.lastIndexOf(QLatin1Char(':'));
    Endpoint endpoint{text.left(qMax(colon, qsizetype(0))), 0};
    bool isNumber = false;
    endpoint.port = text.mid(colon + 1).toUShort(&isNumber);
    const bool hasBrackets = endpoint.host.startsWith(QLatin1Char('[')) && endpoint.host.endsWith(QLatin1Char(']'));
    if (hasBrackets)
        endpoint.host = endpoint.host.mid(1, endpoint.host.size() - 2);
    const bool isClear = hasBrackets == endpoint.host.contains(QLatin1Char(':'));
    const bool hasOddCharacters = endpoint.host.contains(QLatin1Char('/')) || endpoint.host.contains(QLatin1Char(' '));
    if (!isNumber || endpoint.port == 0 || endpoint.host.isEmpty() || !isClear || hasOddCharacters)
        return Error(Code::InvalidArgument, QStringLiteral("'%1' is no host and port").arg(text))
            .withField(QStringLiteral("endpoint"))
            .withHint(QStringLiteral("for example 100.64.0.1:8080"));
    return endpoint;
}

QString Endpoint::toString() const
{
    return QStringLiteral("%1:%2")
        .arg(host.contains(QLatin1Char(':')) ? QStringLiteral("[%1]").arg(host) : host)
        .arg(port);
}

bool Endpoint::isPrivate() const
{
    in_addr address = {};
    if (::inet_pton(AF_INET, host.toLatin1().constData(), &address) != 1)
        return host == QLatin1String("::1") || host == QLatin1String("localhost") ||
               host.startsWith(QLatin1String("fd7a:115c:a1e0:"), Qt::CaseInsensitive);
    const quint32 number = ntohl(address.s_addr);
    return (number >> 24) == 127 || (number & tailnetMask) == tailnetPrefix;
}

bool Endpoint::answersTcp() const
{
    addrinfo hints = {};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo *found = nullptr;
    if (::getaddrinfo(host.toUtf8().constData(), QByteArray::number(port).constData(), &hints, &found) != 0)
        return false;
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
    return connects(*found);
}

} // namespace ghost::uplink
