// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "config/TextFormat.h"

#include <algorithm>
#include <array>

#include <QtCore/QRegularExpression>
#include <arpa/inet.h>
#include <netinet/in.h>

namespace ghost {

namespace {

constexpr int firstUnprivileged = 1024;
constexpr int largestPort = 65535;

/// What stands on both sides of the last colon.
struct Place
{
    QString host; ///< without its brackets
    bool hasBrackets = false;
    int port = -1; ///< -1: none, or out of range
};

int portFrom(const QString &digits)
{
    static const QRegularExpression form(QStringLiteral("\\A[0-9]{1,5}\\z"));
    const int port = form.match(digits).hasMatch() ? digits.toInt() : -1;
    return port <= largestPort ? port : -1;
}

Place placeFrom(const QString &text)
{
    const qsizetype colon = text.lastIndexOf(QLatin1Char(':'));
    if (colon < 0)
        return {};
    Place place{text.left(colon), false, portFrom(text.mid(colon + 1))};
    place.hasBrackets = place.host.startsWith(QLatin1Char('[')) && place.host.endsWith(QLatin1Char(']'));
    if (place.hasBrackets)
        place.host = place.host.mid(1, place.host.size() - 2);
    return place;
}

bool isAddress(const QString &text, int family)
{
    in6_addr room = {};
    return ::inet_pton(family, text.toLatin1().constData(), &room) == 1;
}

bool isListenAddress(const QString &text)
{
    const Place place = placeFrom(text);
    if (place.port < 0)
        return false;
    if (place.hasBrackets)
        return isAddress(place.host, AF_INET6);
    return place.host == QLatin1String("localhost") || isAddress(place.host, AF_INET);
}

bool isHostAndPort(const QString &text)
{
    static const QRegularExpression odd(QStringLiteral("[/\\s]"));
    const Place place = placeFrom(text);
    return place.port > 0 && !place.host.isEmpty() && !place.host.contains(odd) &&
           place.hasBrackets == place.host.contains(QLatin1Char(':'));
}

bool isPortRange(const QString &text)
{
    const QStringList ends = text.split(QLatin1Char('-'));
    const int first = portFrom(ends.first());
    return ends.size() == 2 && first >= firstUnprivileged && first <= portFrom(ends.last());
}

bool isIpv4Network(const QString &text)
{
    static const QRegularExpression form(QStringLiteral("\\A([0-9.]+)/([0-9]|[12][0-9]|3[0-2])\\z"));
    const auto parts = form.match(text);
    in_addr address = {};
    if (!parts.hasMatch() || ::inet_pton(AF_INET, parts.captured(1).toLatin1().constData(), &address) != 1)
        return false;
    const quint64 hosts = (quint64(1) << (32 - parts.captured(2).toInt())) - 1;
    return (ntohl(address.s_addr) & hosts) == 0;
}

const auto &formats()
{
    static const std::array all = {
        TextFormat{QStringLiteral("listen-address"),
                   QStringLiteral("ADDRESS:PORT such as 127.0.0.1:9090 or [::1]:9090, with a port up to 65535"),
                   isListenAddress},
        TextFormat{QStringLiteral("host-and-port"),
                   QStringLiteral("HOST:PORT such as 100.64.0.1:8080, cloud.example.org:8080 or [fd7a::1]:8080, with a "
                                  "port from 1 to 65535"),
                   isHostAndPort},
        TextFormat{QStringLiteral("port-range"),
                   QStringLiteral("FIRST-LAST such as 23000-23999, with ports from 1024 to 65535"), isPortRange},
        TextFormat{QStringLiteral("ipv4-network"),
                   QStringLiteral("an IPv4 network such as 192.168.77.0/24 that begins at its first address"),
                   isIpv4Network},
    };
    return all;
}

} // namespace

const TextFormat *TextFormat::named(const QString &name)
{
    const auto found = std::ranges::find(formats(), name, &TextFormat::name);
    return found == formats().end() ? nullptr : &*found;
}

QStringList TextFormat::names()
{
    QStringList names;
    for (const TextFormat &format : formats())
        names.append(format.name);
    return names;
}

} // namespace ghost
