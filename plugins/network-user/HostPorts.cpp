// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "HostPorts.h"

#include <cerrno>

#include <QtCore/QFile>
#include <QtCore/QStringList>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "endpoints/PortHolder.h"
#include "files/DurableFiles.h"
#include "ghost/UniqueFd.h"

namespace ghost::user {
namespace {

constexpr int firstUnprivileged = 1024;
constexpr int largestPort = 65535;

Error refused(const PortForward &forward, int why)
{
    const QString what = QStringLiteral("%1:%2").arg(forward.hostAddress()).arg(forward.hostPort());
    switch (why) {
    case EADDRINUSE:
        return Error(Code::AlreadyExists, QStringLiteral("%1 is in use by %2").arg(what, holderOf(forward.hostPort())))
            .withHint(QStringLiteral("end that program, or choose another host port (0: any free one)"));
    case EADDRNOTAVAIL:
        return Error(Code::InvalidArgument,
                     QStringLiteral("%1 is no address of this machine").arg(forward.hostAddress()));
    case EACCES:
        return Error(Code::PermissionDenied,
                     QStringLiteral("port %1 is not for ordinary users").arg(forward.hostPort()))
            .withHint(QStringLiteral("choose one from %1 on").arg(firstUnprivileged));
    default:
        return fileError(what, why);
    }
}

} // namespace

Result<HostPorts> HostPorts::parse(const QString &text)
{
    const QStringList parts = text.split(u'-');
    const HostPorts ports{.first = parts.value(0).toInt(), .last = parts.value(1).toInt()};
    if (parts.size() == 2 && ports.first >= firstUnprivileged && ports.last <= largestPort && ports.first <= ports.last)
        return ports;
    return Error(Code::InvalidArgument, QStringLiteral("'%1' is no range of ports such as 23000-23999: %2 to %3")
                                            .arg(text)
                                            .arg(firstUnprivileged)
                                            .arg(largestPort))
        .withField(QStringLiteral("host_ports"));
}

QString HostPorts::warning() const
{
    QFile file(QStringLiteral("/proc/sys/net/ipv4/ip_local_port_range"));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QByteArrayList bounds = file.readAll().simplified().split(' ');
    if (bounds.size() != 2 || last < bounds[0].toInt() || first > bounds[1].toInt())
        return {};
    return QStringLiteral("host_ports %1 overlaps the ports %2-%3 that the kernel gives to outgoing connections: a VM "
                          "may find its port taken")
        .arg(toString(), QString::fromLatin1(bounds[0]), QString::fromLatin1(bounds[1]));
}

Result<void> checkFree(const PortForward &forward)
{
    const bool isTcp = forward.protocol() == PortForward::Protocol::Tcp;
    const UniqueFd socket(::socket(AF_INET, (isTcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0));
    if (!socket)
        return fileError(QStringLiteral("a socket"), errno);
    // As QEMU and passt do it: connections that were closed a moment ago are in nobody's way.
    const int yes = 1;
    if (isTcp)
        ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(uint16_t(forward.hostPort()));
    ::inet_pton(AF_INET, forward.hostAddress().toLatin1().constData(), &address.sin_addr);
    if (::bind(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        return refused(forward, errno);
    return {};
}

bool isStrangers(const PortForward &forward)
{
    if (forward.protocol() != PortForward::Protocol::Tcp)
        return false; // nobody says who has it
    const auto free = checkFree(forward);
    if (free || free.error().code() != Code::AlreadyExists)
        return false;
    const auto holder = PortHolder::find(quint16(forward.hostPort()));
    return holder && !holder->name.startsWith(QLatin1String("qemu")) &&
           !holder->name.startsWith(QLatin1String("passt"));
}

QString holderOf(int port)
{
    const auto holder = PortHolder::find(quint16(port));
    return holder ? QStringLiteral("process %1 (%2)").arg(holder->pid).arg(holder->name)
                  : QStringLiteral("a process that cannot be seen from here");
}

} // namespace ghost::user
