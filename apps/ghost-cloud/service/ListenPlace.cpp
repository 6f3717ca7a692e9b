// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "service/ListenPlace.h"

#include <QtNetwork/QTcpServer>

namespace ghost::cloud {

Result<ListenPlace> ListenPlace::parse(const QString &text)
{
    const qsizetype colon = text.lastIndexOf(u':');
    QString host = text.left(std::max<qsizetype>(colon, 0));
    bool isNumber = false;
    const uint port = text.mid(colon + 1).toUInt(&isNumber);
    if (host.startsWith(u'[') && host.endsWith(u']'))
        host = host.mid(1, host.size() - 2);
    if (host == QLatin1String("localhost"))
        host = QStringLiteral("127.0.0.1");
    const ListenPlace place{QHostAddress(host), quint16(port)};
    if (colon < 0 || !isNumber || port > 65535 || place.address.isNull())
        return Error(Code::InvalidArgument, QStringLiteral("'%1' is no place to listen").arg(text.left(80)))
            .withField(QStringLiteral("listen"))
            .withHint(QStringLiteral("write ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:8080"));
    return place;
}

bool ListenPlace::isTailnet() const
{
    return address.isInSubnet(QHostAddress(QStringLiteral("100.64.0.0")), 10);
}

QString ListenPlace::toString() const
{
    const bool isV6 = address.protocol() == QAbstractSocket::IPv6Protocol;
    return (isV6 ? QStringLiteral("[%1]:%2") : QStringLiteral("%1:%2")).arg(address.toString()).arg(port);
}

Result<void> ListenPlace::probe() const
{
    QTcpServer server;
    if (server.listen(address, port))
        return {};
    return Error(Code::FailedPrecondition,
                 QStringLiteral("cannot listen at %1: %2").arg(toString(), server.errorString()));
}

} // namespace ghost::cloud
