// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "HostSubnets.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <ghost/UniqueFd.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace ghost::nat {
namespace {

// 10.0.0.0/8 is the widest private network. What is wider is a default route: 0.0.0.0/0, or OpenVPN's two halves.
constexpr int widestNetwork = 8;
// The kernel answers at once; this only bounds a defect.
constexpr timeval patience{.tv_sec = 2, .tv_usec = 0};

Error systemError(const char *what)
{
    return Error(Code::Internal, QStringLiteral("cannot read the host's routes: %1: %2")
                                     .arg(QString::fromUtf8(what), QString::fromUtf8(std::strerror(errno))));
}

QString interfaceName(int index)
{
    std::array<char, IF_NAMESIZE> name{};
    return index > 0 && if_indextoname(uint(index), name.data()) ? QString::fromUtf8(name.data()) : QString();
}

quint32 addressIn(const rtattr *attribute)
{
    quint32 address = 0;
    if (RTA_PAYLOAD(attribute) >= sizeof address)
        std::memcpy(&address, RTA_DATA(attribute), sizeof address);
    return ntohl(address);
}

void append(QList<SubnetHolder> &holders, quint32 address, int prefix, int interface, const QString &what)
{
    if (prefix < widestNetwork || prefix > 32)
        return;
    const QString name = interfaceName(interface);
    holders.append({.subnet = Subnet::around(address, prefix),
                    .who = name.isEmpty() ? what : QStringLiteral("%1 on %2").arg(what, name),
                    .interface = name});
}

void readRoute(const nlmsghdr *message, QList<SubnetHolder> &holders)
{
    const auto *route = static_cast<const rtmsg *>(NLMSG_DATA(message));
    if (route->rtm_family != AF_INET || route->rtm_type == RTN_BROADCAST || route->rtm_type == RTN_MULTICAST)
        return;
    quint32 destination = 0;
    int interface = 0;
    auto length = RTM_PAYLOAD(message);
    for (const rtattr *attribute = RTM_RTA(route); RTA_OK(attribute, length); attribute = RTA_NEXT(attribute, length)) {
        if (attribute->rta_type == RTA_DST)
            destination = addressIn(attribute);
        else if (attribute->rta_type == RTA_OIF && RTA_PAYLOAD(attribute) >= sizeof interface)
            std::memcpy(&interface, RTA_DATA(attribute), sizeof interface);
    }
    append(holders, destination, route->rtm_dst_len, interface, QStringLiteral("route"));
}

void readAddress(const nlmsghdr *message, QList<SubnetHolder> &holders)
{
    const auto *entry = static_cast<const ifaddrmsg *>(NLMSG_DATA(message));
    if (entry->ifa_family != AF_INET)
        return;
    auto length = IFA_PAYLOAD(message);
    for (const rtattr *attribute = IFA_RTA(entry); RTA_OK(attribute, length); attribute = RTA_NEXT(attribute, length)) {
        if (attribute->rta_type == IFA_LOCAL)
            append(holders, addressIn(attribute), entry->ifa_prefixlen, int(entry->ifa_index),
                   QStringLiteral("address"));
    }
}

/// One dump: asks for everything of @p type and reads the answers until the kernel says that it is done.
Result<void> dump(int socket, quint16 type, QList<SubnetHolder> &holders)
{
    struct
    {
        nlmsghdr header;
        rtgenmsg body;
    } request{};
    request.header.nlmsg_len = NLMSG_LENGTH(sizeof request.body);
    request.header.nlmsg_type = type;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request.body.rtgen_family = AF_INET;
    if (::send(socket, &request, request.header.nlmsg_len, 0) < 0)
        return systemError("send");

    alignas(nlmsghdr) std::array<char, 32768> buffer;
    for (;;) {
        const auto received = ::recv(socket, buffer.data(), buffer.size(), 0);
        if (received < 0 && errno == EINTR)
            continue;
        if (received <= 0)
            return systemError("receive");
        auto left = quint32(received);
        for (auto *message = reinterpret_cast<const nlmsghdr *>(buffer.data()); NLMSG_OK(message, left);
             message = NLMSG_NEXT(message, left)) {
            if (message->nlmsg_type == NLMSG_DONE)
                return {};
            if (message->nlmsg_type == NLMSG_ERROR) {
                errno = EPROTO;
                return systemError("netlink");
            }
            if (message->nlmsg_type == RTM_NEWROUTE)
                readRoute(message, holders);
            else if (message->nlmsg_type == RTM_NEWADDR)
                readAddress(message, holders);
        }
    }
}

} // namespace

Result<QList<SubnetHolder>> readHostSubnets()
{
    const UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
    if (!socket || ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) < 0)
        return systemError("socket");
    QList<SubnetHolder> holders;
    // Addresses first: they say more than the routes that the kernel makes of them.
    for (const quint16 type : {RTM_GETADDR, RTM_GETROUTE}) {
        if (auto read = dump(socket.get(), type, holders); !read)
            return read.error();
    }
    return holders;
}

} // namespace ghost::nat
