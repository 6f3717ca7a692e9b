// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "tls/ServerName.h"

#include <array>

#include <QtCore/QRegularExpression>
#include <arpa/inet.h>
#include <netinet/in.h>

namespace ghost {

namespace {

constexpr qsizetype longestHost = 253;

QString canonicalAddress(const QString &text)
{
    const QByteArray given = text.toLatin1();
    for (const int family : {AF_INET, AF_INET6}) {
        in6_addr address = {};
        std::array<char, INET6_ADDRSTRLEN> shown = {};
        if (::inet_pton(family, given.constData(), &address) == 1)
            return QString::fromLatin1(::inet_ntop(family, &address, shown.data(), shown.size()));
    }
    return {};
}

// Digits alone would be an address, and is none; what is not ASCII stands in a certificate as xn--… only.
bool isHostName(const QString &text)
{
    static const QRegularExpression host(
        QStringLiteral("^(\\*\\.)?(?=.*[A-Za-z_-])[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?"
                       "(\\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*$"));
    return text.size() <= longestHost && host.match(text).hasMatch();
}

} // namespace

Result<ServerName> ServerName::parse(const QString &text)
{
    if (const QString address = canonicalAddress(text); !address.isEmpty())
        return ServerName{Kind::Address, address};
    if (isHostName(text))
        return ServerName{Kind::Host, text};
    return Error(Code::InvalidArgument, QStringLiteral("'%1' is neither a host name nor an address").arg(text.left(80)))
        .withHint(QStringLiteral("write it as clients do, such as my-pc.example.org or 10.0.0.7; names in other "
                                 "scripts as xn--…"));
}

} // namespace ghost
