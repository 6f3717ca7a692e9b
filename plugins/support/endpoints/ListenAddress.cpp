// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "endpoints/ListenAddress.h"

#include <arpa/inet.h>
#include <netinet/in.h>

namespace ghost {

namespace {

bool isAddress(const QString &text, int family)
{
    in6_addr room = {};
    return ::inet_pton(family, text.toLatin1().constData(), &room) == 1;
}

Error wrong(const QString &text, const QString &why)
{
    return Error(Code::InvalidArgument, QStringLiteral("'%1' is no place to listen: %2").arg(text.left(80), why))
        .withField(QStringLiteral("listen"))
        .withHint(QStringLiteral("write ADDRESS:PORT, such as 127.0.0.1:9091 or [::1]:9091"));
}

} // namespace

Result<ListenAddress> ListenAddress::parse(const QString &text)
{
    const qsizetype colon = text.lastIndexOf(QLatin1Char(':'));
    if (colon < 0)
        return wrong(text, QStringLiteral("it has no port"));
    const QString digits = text.mid(colon + 1);
    bool isNumber = false;
    const uint port = digits.toUInt(&isNumber);
    if (!isNumber || port > 65535 || !digits.front().isDigit())
        return wrong(text, QStringLiteral("a port is a number from 0 to 65535"));

    QString host = text.left(colon);
    if (host == QLatin1String("localhost"))
        host = QStringLiteral("127.0.0.1");
    if (host.startsWith(QLatin1Char('[')) && host.endsWith(QLatin1Char(']'))) {
        host = host.mid(1, host.size() - 2);
        if (!isAddress(host, AF_INET6))
            return wrong(text, QStringLiteral("between the brackets there must be an IPv6 address"));
    } else if (!isAddress(host, AF_INET)) {
        return wrong(text, QStringLiteral("before the port there must be an address of this machine"));
    }
    return ListenAddress{host, quint16(port)};
}

QString ListenAddress::toString() const
{
    const bool isV6 = host.contains(QLatin1Char(':'));
    return (isV6 ? QStringLiteral("[%1]:%2") : QStringLiteral("%1:%2")).arg(host).arg(port);
}

bool ListenAddress::isLoopback() const
{
    return host.startsWith(QLatin1String("127.")) || host == QLatin1String("::1");
}

} // namespace ghost
