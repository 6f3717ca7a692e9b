// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "HostPorts.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <QtCore/QFile>
#include <QtCore/QStringList>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "endpoints/PortHolder.h"
#include "files/DurableFiles.h"
#include "ghost/UniqueFd.h"

namespace ghost::user {
namespace {

constexpr int firstUnprivileged = 1024;

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

sockaddr_in addressOf(const PortForward &forward)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(uint16_t(forward.hostPort()));
    ::inet_pton(AF_INET, forward.hostAddress().toLatin1().constData(), &address.sin_addr);
    return address;
}

/// 0, or the errno.
int tryToBind(const PortForward &forward)
{
    const bool isTcp = forward.protocol() == PortForward::Protocol::Tcp;
    const UniqueFd socket(::socket(AF_INET, (isTcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0));
    if (!socket)
        return errno;
    // As QEMU and passt do it: connections that were closed a moment ago are in nobody's way.
    const int yes = 1;
    if (isTcp)
        ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    const sockaddr_in address = addressOf(forward);
    return ::bind(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0 ? 0 : errno;
}

/// Who may carry a guest's packets: this user, QEMU's where libvirt starts it, and nobody, which root's passt becomes.
QList<uid_t> usersOfCarriers()
{
    QList<uid_t> users{::geteuid()};
    for (const char *name : {"libvirt-qemu", "qemu", "nobody"}) {
        passwd entry{};
        passwd *found = nullptr;
        std::array<char, 16384> buffer;
        if (::getpwnam_r(name, &entry, buffer.data(), buffer.size(), &found) == 0 && found)
            users.append(entry.pw_uid);
    }
    return users;
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
    const int why = tryToBind(forward);
    return why == 0 ? Result<void>() : refused(forward, why);
}

bool isInUse(const PortForward &forward)
{
    return tryToBind(forward) == EADDRINUSE;
}

bool isStrangers(const PortForward &forward)
{
    if (!isInUse(forward))
        return false;
    const bool isTcp = forward.protocol() == PortForward::Protocol::Tcp;
    const auto holder = isTcp ? PortHolder::find(quint16(forward.hostPort())) : std::nullopt;
    if (holder && holder->pid)
        return !holder->name.startsWith(QLatin1String("qemu")) && !holder->name.startsWith(QLatin1String("passt"));
    // Processes of other users need not be visible; the users of sockets are.
    const QList<uid_t> carriers = usersOfCarriers();
    for (const char *version : {"", "6"}) {
        QFile file(QStringLiteral("/proc/self/net/") + protocolName(forward.protocol()) + QLatin1String(version));
        if (!file.open(QIODevice::ReadOnly))
            continue;
        const QList<uid_t> owners = ownersIn(file.readAll(), forward);
        if (std::ranges::any_of(owners, [&](uid_t owner) { return !carriers.contains(owner); }))
            return true;
    }
    return false;
}

QList<uid_t> ownersIn(const QByteArray &table, const PortForward &forward)
{
    // Columns of proc(5): sl local_address rem_address st tx:rx tr:tm retrnsmt uid
    constexpr int localAddress = 1;
    constexpr int state = 3;
    constexpr int uid = 7;
    const auto hex = [](quint32 number, int width) {
        return QByteArray::number(number, 16).toUpper().rightJustified(width, '0');
    };
    const QByteArray address = hex(addressOf(forward).sin_addr.s_addr, 8);
    const QByteArray none(8, '0');
    QList<uid_t> owners;
    for (const QByteArray &line : table.split('\n')) {
        const QByteArrayList columns = line.simplified().split(' ');
        if (columns.size() <= uid || (forward.protocol() == PortForward::Protocol::Tcp && columns[state] != "0A"))
            continue;
        const QByteArrayList local = columns[localAddress].split(':');
        const QByteArray ip = local.first().last(std::min<qsizetype>(8, local.first().size())); // of an IPv6 one, too
        if (local.last() == hex(quint32(forward.hostPort()), 4) && (ip == address || ip == none || address == none))
            owners.append(columns[uid].toUInt());
    }
    return owners;
}

QString holderOf(int port)
{
    const auto holder = PortHolder::find(quint16(port));
    return holder ? holder->toString() : QStringLiteral("a process that cannot be seen from here");
}

} // namespace ghost::user
