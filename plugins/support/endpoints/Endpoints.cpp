// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "endpoints/Endpoints.h"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

#include <QtCore/QFile>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

#include "files/DurableFiles.h"
#include "ghost/UniqueFd.h"

namespace ghost {

namespace {

using namespace std::chrono_literals;

constexpr auto lockLimit = 80ms; // others hold it for a millisecond; the callers may take 100 ms in all
constexpr auto lockPause = 1ms;
const QString pidKey = QStringLiteral("pid");

/// Asks again and again, as no file lock can be waited for with a limit: flock and F_OFD_SETLKW are broken off only by
/// a signal, and signals belong to the program, not to its plugins.
Result<UniqueFd> lock(const QString &path)
{
    UniqueFd fd(::open(QFile::encodeName(path).constData(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!fd)
        return fileError(path, errno);
    const auto end = std::chrono::steady_clock::now() + lockLimit;
    while (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return fileError(path, errno);
        if (std::chrono::steady_clock::now() > end)
            return Error(Code::Unavailable, QStringLiteral("%1: another process holds the lock").arg(path));
        std::this_thread::sleep_for(lockPause);
    }
    return fd;
}

/// The entries of this process, nobody else's.
QJsonObject read(const QString &path)
{
    const auto content = readJson(path);
    if (content && content->value(pidKey).toInteger() == ::getpid())
        return *content;
    return {{pidKey, qint64(::getpid())}};
}

/// Renamed into place, but not forced to the disk: after a loss of power nobody listens anyhow.
Result<void> write(const QString &path, const QJsonObject &content)
{
    const QString temporary = path + QStringLiteral(".tmp");
    const QByteArray name = QFile::encodeName(temporary);
    const QByteArray bytes = QJsonDocument(content).toJson();
    const UniqueFd fd(::open(name.constData(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!fd)
        return fileError(temporary, errno);
    ::fchmod(fd.get(), 0644); // ports are no secret, whatever the umask
    errno = ENOSPC;           // what a short write means
    if (::write(fd.get(), bytes.constData(), size_t(bytes.size())) != bytes.size() ||
        ::rename(name.constData(), QFile::encodeName(path).constData()) != 0) {
        const Error error = fileError(temporary, errno);
        ::unlink(name.constData());
        return error;
    }
    return {};
}

} // namespace

Endpoints::Endpoints(const QString &runFolder)
    : m_file(runFolder + QStringLiteral("/endpoints.json"))
{}

Result<void> Endpoints::publish(const QString &name, const QString &address)
{
    return put(name, address);
}

Result<void> Endpoints::withdraw(const QString &name)
{
    return put(name, {});
}

Result<void> Endpoints::put(const QString &name, const QString &address)
{
    const auto locked = lock(m_file + QStringLiteral(".lock"));
    if (!locked)
        return locked.error();
    QJsonObject content = read(m_file);
    if (address.isEmpty())
        content.remove(name);
    else
        content.insert(name, address);
    if (content.size() > 1)
        return write(m_file, content);
    if (::unlink(QFile::encodeName(m_file).constData()) != 0 && errno != ENOENT)
        return fileError(m_file, errno);
    return {};
}

} // namespace ghost
