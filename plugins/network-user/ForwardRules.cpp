// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ForwardRules.h"

#include <algorithm>

#include <arpa/inet.h>

#include "HostPorts.h"

namespace ghost::user {
namespace {

constexpr qsizetype mostForwards = 64;

Error wrong(const QString &field, const QString &message)
{
    return Error(Code::InvalidArgument, message).withField(field);
}

bool hasSamePort(const PortForward &a, const PortForward &b)
{
    return a.hostPort() != 0 && a.hostPort() == b.hostPort() && a.protocol() == b.protocol();
}

Result<PortForward> checked(PortForward wish, const QString &field)
{
    if (wish.protocol() == PortForward::Protocol::Unspecified)
        wish.setProtocol(PortForward::Protocol::Tcp);
    if (wish.protocol() != PortForward::Protocol::Tcp && wish.protocol() != PortForward::Protocol::Udp)
        return wrong(field + QStringLiteral(".protocol"), QStringLiteral("only TCP and UDP can be forwarded"));
    if (wish.guestPort() < 1 || wish.guestPort() > largestPort)
        return wrong(field + QStringLiteral(".guest_port"), QStringLiteral("a guest's port is 1 to 65535"));
    if (wish.hostPort() < 0 || wish.hostPort() > largestPort)
        return wrong(field + QStringLiteral(".host_port"),
                     QStringLiteral("a host's port is 1 to 65535, or 0: any free one"));
    if (wish.hostAddress().isEmpty())
        wish.setHostAddress(QStringLiteral("127.0.0.1"));
    in_addr address{};
    if (wish.hostAddress().contains(QChar(0)) ||
        ::inet_pton(AF_INET, wish.hostAddress().toLatin1().constData(), &address) != 1)
        return wrong(field + QStringLiteral(".host_address"),
                     QStringLiteral("'%1' is no IPv4 address").arg(wish.hostAddress()));
    return wish;
}

} // namespace

Result<void> checkNetworkSpec(const NetworkSpec &spec)
{
    if (spec.id().isNull())
        return wrong(QStringLiteral("id"), QStringLiteral("a network needs an id"));
    if (!spec.cidr().isEmpty())
        return wrong(QStringLiteral("cidr"), QStringLiteral("a user-mode network has no subnet to choose"));
    return {};
}

Result<void> checkPortSpec(const PortSpec &spec)
{
    if (spec.vm().isNull())
        return wrong(QStringLiteral("vm"), QStringLiteral("a port needs a VM"));
    return {};
}

Result<QList<PortForward>> checkForwards(const QList<PortForward> &wishes, const Carrier &carrier)
{
    if (wishes.size() > mostForwards)
        return wrong(QStringLiteral("forwards"), QStringLiteral("a VM has at most %1 forwards").arg(mostForwards));
    QList<PortForward> list;
    for (qsizetype i = 0; i < wishes.size(); ++i) {
        const QString field = QStringLiteral("forwards[%1]").arg(i);
        const auto wish = checked(wishes[i], field);
        if (!wish)
            return wish.error();
        const auto stands = [&](const PortForward &other) {
            return collide(other, *wish) || (!carrier.program.isEmpty() && hasSamePort(other, *wish));
        };
        if (std::ranges::any_of(list, stands))
            return wrong(field + QStringLiteral(".host_port"),
                         QStringLiteral("host port %1 stands there twice").arg(wish->hostPort()));
        list.append(*wish);
    }
    return list;
}

bool collide(const PortForward &a, const PortForward &b)
{
    const auto isAll = [](const PortForward &forward) { return forward.hostAddress() == QLatin1String("0.0.0.0"); };
    return hasSamePort(a, b) && (a.hostAddress() == b.hostAddress() || isAll(a) || isAll(b));
}

} // namespace ghost::user
