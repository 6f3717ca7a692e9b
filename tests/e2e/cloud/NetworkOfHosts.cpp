// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "NetworkOfHosts.h"

#include <cerrno>
#include <cstring>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QtCore/QProcess>

namespace ghost::e2e {
namespace {

QString missing = QStringLiteral("NetworkOfHosts::enter was not called");

QString failed(const char *what)
{
    return QStringLiteral("%1: %2").arg(QLatin1String(what), QString::fromUtf8(std::strerror(errno)));
}

bool ip(const QString &line)
{
    return QProcess::execute(QStringLiteral("ip"), QProcess::splitCommand(line)) == 0;
}

QString makeOwn()
{
    if (::geteuid() != 0)
        return QStringLiteral("needs root, for network namespaces");
    if (::unshare(CLONE_NEWNET | CLONE_NEWNS) != 0)
        return failed("no network namespaces");
    // The names of the hosts are this process's own, too.
    ::mkdir("/run/netns", 0755);
    if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", "/run/netns", "tmpfs", 0, nullptr) != 0)
        return failed("no mounts of its own");
    if (!ip(QStringLiteral("link set lo up")))
        return QStringLiteral("needs ip (Debian package iproute2)");
    return {};
}

} // namespace

QString NetworkOfHosts::enter()
{
    missing = makeOwn();
    return missing;
}

QString NetworkOfHosts::reason()
{
    return missing;
}

bool NetworkOfHosts::add(const QString &name, const QString &here, const QString &there)
{
    return ip("netns add " + name) && ip(QString("link add to-%1 type veth peer name eth0 netns %1").arg(name)) &&
           ip(QString("addr add %1/32 peer %2/32 dev to-%3").arg(here, there, name)) &&
           ip(QString("link set to-%1 up").arg(name)) && ip(QString("-n %1 link set lo up").arg(name)) &&
           ip(QString("-n %3 addr add %2/32 peer %1/32 dev eth0").arg(here, there, name)) &&
           ip(QString("-n %1 link set eth0 up").arg(name));
}

bool NetworkOfHosts::cut(const QString &name)
{
    return ip(QString("link set to-%1 down").arg(name));
}

bool NetworkOfHosts::heal(const QString &name)
{
    return ip(QString("link set to-%1 up").arg(name));
}

} // namespace ghost::e2e
