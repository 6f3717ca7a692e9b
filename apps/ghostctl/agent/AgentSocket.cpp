// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "agent/AgentSocket.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <QtCore/QFile>

#include "agent/SocketRights.h"

namespace ghost::ctl {
namespace {

const QString socketInRoot = QStringLiteral("/run/agent.sock");

/// The service has one place for its socket; another one belongs to an agent that somebody starts by hand.
QString startHint(const QString &path)
{
    if (path == QLatin1String("/run/ghost/agent.sock"))
        return QStringLiteral("start it: systemctl start ghost-agent");
    if (path.endsWith(socketInRoot))
        return QStringLiteral("start it: ghost-agent --root %1").arg(path.chopped(socketInRoot.size()));
    return QStringLiteral("is the path right, and its agent started?");
}

/// The agent that has locked the root folder of this socket, as its lock file says; 0: none, or nobody may know.
qint64 agentOfRoot(const QString &root)
{
    QFile lock(root + QStringLiteral("/data/agent.lock"));
    const qint64 pid = lock.open(QIODevice::ReadOnly) ? lock.readAll().trimmed().toLongLong() : 0;
    QFile name(QStringLiteral("/proc/%1/comm").arg(pid)); // a lock file outlives its agent
    return name.open(QIODevice::ReadOnly) && name.readAll().trimmed() == "ghost-agent" ? pid : 0;
}

/// It may have left out the plugin that listens: another start would be refused.
Error nobodyThere(const QString &path, const QString &why)
{
    const QString root = path.endsWith(socketInRoot) ? path.chopped(socketInRoot.size()) : QString();
    if (const qint64 pid = root.isEmpty() ? 0 : agentOfRoot(root))
        return Error(Code::Unavailable, QStringLiteral("the agent (pid %1) runs, but %2").arg(pid).arg(why))
            .withHint(QStringLiteral("its log says why: %1/log/agent.log").arg(root));
    return Error(Code::Unavailable, QStringLiteral("no agent is running: %1").arg(why)).withHint(startHint(path));
}

Error connectError(const QString &path, int why)
{
    switch (why) {
    case ENOENT:
    case ENOTDIR:
        return nobodyThere(path, QStringLiteral("%1 is not there").arg(path));
    case EACCES:
    case EPERM:
        return noRightError(path);
    case ECONNREFUSED:
        return nobodyThere(path, QStringLiteral("nobody answers at %1").arg(path));
    case EAGAIN:
        return Error(Code::Unavailable, QStringLiteral("the agent does not answer: too many wait at %1").arg(path))
            .withHint(QStringLiteral("is it stopped?"));
    default:
        return Error(Code::Unavailable,
                     QStringLiteral("cannot open %1: %2").arg(path, QString::fromUtf8(strerror(why))));
    }
}

} // namespace

Result<UniqueFd> connectToAgent(const QString &path)
{
    const QByteArray name = QFile::encodeName(path);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (name.isEmpty() || size_t(name.size()) >= sizeof address.sun_path)
        return Error(Code::InvalidArgument, QStringLiteral("cannot open '%1': a socket's path has 1 to %2 bytes")
                                                .arg(path)
                                                .arg(sizeof address.sun_path - 1));
    std::memcpy(address.sun_path, name.constData(), size_t(name.size()));

    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd)
        return connectError(path, errno);
    // With the listener's queue full, as that of a stopped agent is at last, connect would wait without end.
    constexpr timeval patience{5, 0};
    ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        return connectError(path, errno);
    ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
    return fd;
}

} // namespace ghost::ctl
