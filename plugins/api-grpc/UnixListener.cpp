// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "UnixListener.h"

#include <cerrno>
#include <cstring>

#include <QtCore/QFile>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace ghost::api {

namespace {

constexpr int longestQueue = 64;

Error failed(const QString &what, int number)
{
    return Error(number == EACCES || number == EPERM ? Code::PermissionDenied : Code::Unavailable,
                 QStringLiteral("%1: %2").arg(what, QString::fromLocal8Bit(std::strerror(number))));
}

Result<sockaddr_un> addressOf(const QByteArray &path)
{
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    if (path.size() >= qsizetype(sizeof(address.sun_path)))
        return Error(Code::InvalidArgument, QStringLiteral("socket path '%1' has %2 bytes, the system allows %3")
                                                .arg(QFile::decodeName(path))
                                                .arg(path.size())
                                                .arg(sizeof(address.sun_path) - 1))
            .withField(QStringLiteral("socket"))
            .withHint(QStringLiteral("choose a shorter root folder or set `socket` of api-grpc"));
    std::memcpy(address.sun_path, path.constData(), size_t(path.size()));
    return address;
}

UniqueFd newSocket()
{
    return UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

/// Removes the file of a dead listener, and nothing else.
Result<void> makeRoom(const QByteArray &path, const sockaddr_un &address)
{
    const QString name = QFile::decodeName(path);
    struct stat status = {};
    if (::lstat(path.constData(), &status) != 0)
        return errno == ENOENT ? Result<void>() : failed(name, errno);
    if (!S_ISSOCK(status.st_mode))
        return Error(Code::FailedPrecondition, QStringLiteral("%1 is there and is not a socket").arg(name));
    const UniqueFd probe = newSocket();
    const int connected = ::connect(probe.get(), reinterpret_cast<const sockaddr *>(&address), sizeof(address));
    if (connected == 0 || errno == EAGAIN) // EAGAIN: somebody listens, its backlog is full
        return Error(Code::AlreadyExists, QStringLiteral("another process answers on %1").arg(name))
            .withHint(QStringLiteral("is an agent running already?"));
    if (errno != ECONNREFUSED)
        return failed(name, errno);
    if (::unlink(path.constData()) != 0)
        return failed(QStringLiteral("cannot remove %1").arg(name), errno);
    return {};
}

/// Sets the rights before listen: until then nobody can connect.
Result<void> bindAndListen(int socket, const sockaddr_un &address, const UnixListener::Options &options)
{
    if (::bind(socket, reinterpret_cast<const sockaddr *>(&address), sizeof(address)) != 0)
        return failed(QStringLiteral("cannot bind %1").arg(options.path), errno);
    if (options.group && ::chown(address.sun_path, uid_t(-1), *options.group) != 0)
        return failed(QStringLiteral("cannot give %1 to its group").arg(options.path), errno);
    if (::chmod(address.sun_path, options.mode) != 0)
        return failed(QStringLiteral("cannot set the mode of %1").arg(options.path), errno);
    if (::listen(socket, longestQueue) != 0)
        return failed(QStringLiteral("cannot listen on %1").arg(options.path), errno);
    return {};
}

ino_t inodeOf(const QByteArray &path)
{
    struct stat status = {};
    return ::lstat(path.constData(), &status) == 0 ? status.st_ino : 0;
}

} // namespace

Result<std::unique_ptr<UnixListener>> UnixListener::listen(const Options &options, Accepted accepted)
{
    const QByteArray path = QFile::encodeName(options.path);
    const auto address = addressOf(path);
    if (!address)
        return address.error();
    if (auto ok = makeRoom(path, *address); !ok)
        return ok.error();
    UniqueFd socket = newSocket();
    if (auto ok = bindAndListen(socket.get(), *address, options); !ok)
        return ok.error();
    return std::unique_ptr<UnixListener>(new UnixListener(options.path, std::move(socket), std::move(accepted)));
}

UnixListener::UnixListener(const QString &path, UniqueFd socket, Accepted accepted)
    : m_path(QFile::encodeName(path))
    , m_inode(inodeOf(m_path))
    , m_loop(std::in_place, std::move(socket), [accepted = std::move(accepted)](UniqueFd connection) {
        ucred peer = {};
        socklen_t size = sizeof(peer);
        if (::getsockopt(connection.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0)
            accepted(std::move(connection), peer.uid);
    })
{}

UnixListener::~UnixListener()
{
    m_loop.reset();
    if (inodeOf(m_path) == m_inode)
        ::unlink(m_path.constData());
}

} // namespace ghost::api
