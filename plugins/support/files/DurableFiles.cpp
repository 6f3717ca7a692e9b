// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "files/DurableFiles.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QJsonDocument>

#include "ghost/UniqueFd.h"

namespace ghost {

namespace {

Code codeOf(int errorNumber)
{
    switch (errorNumber) {
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN: // fork: too many processes
        return Code::ResourceExhausted;
    case EACCES:
    case EPERM:
    case EROFS:
    case ENOENT:
    case ENOTDIR:
    case EISDIR:
    case ELOOP:
    case EIO:
        return Code::FailedPrecondition;
    case EEXIST:
        return Code::AlreadyExists;
    default:
        return Code::Internal;
    }
}

QString reasonOf(int errorNumber)
{
    char buffer[128];
    return errorNumber == ENOSPC ? QStringLiteral("no space left on this disk")
                                 : QString::fromLocal8Bit(::strerror_r(errorNumber, buffer, sizeof buffer));
}

Result<void> syncPath(const QString &path, int flags)
{
    const UniqueFd fd(::open(QFile::encodeName(path).constData(), flags | O_RDONLY | O_CLOEXEC));
    if (!fd || ::fsync(fd.get()) != 0)
        return fileError(path, errno);
    return {};
}

Result<void> writeAll(const QString &path, const QByteArray &content, mode_t mode)
{
    const UniqueFd fd(::open(QFile::encodeName(path).constData(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    // The mode whatever the umask, and before a secret is in it.
    if (!fd || ::fchmod(fd.get(), mode) != 0)
        return fileError(path, errno);
    qint64 written = 0;
    while (written < content.size()) {
        const ssize_t step =
            ::write(fd.get(), content.constData() + written, static_cast<size_t>(content.size() - written));
        if (step < 0 && errno != EINTR)
            return fileError(path, errno);
        written += step > 0 ? step : 0;
    }
    if (::fsync(fd.get()) != 0)
        return fileError(path, errno);
    return {};
}

Error unreadable(const QString &path)
{
    return Error(Code::Unavailable, fileError(path, errno).message());
}

Result<QByteArray> readAll(const QString &path)
{
    constexpr qsizetype largestBytes = 1 << 20;
    const UniqueFd fd(::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC));
    if (!fd)
        return errno == ENOENT ? Error(Code::NotFound, QStringLiteral("%1: no such file").arg(path)) : unreadable(path);
    QByteArray content(largestBytes, Qt::Uninitialized);
    qsizetype size = 0;
    while (size < largestBytes) {
        const ssize_t step = ::read(fd.get(), content.data() + size, static_cast<size_t>(largestBytes - size));
        if (step < 0 && errno != EINTR)
            return unreadable(path);
        if (step == 0)
            break;
        size += step > 0 ? step : 0;
    }
    return content.first(size);
}

/// The old way, for file systems without RENAME_NOREPLACE (NFS).
bool linkAndUnlink(const QByteArray &from, const QByteArray &to)
{
    if (::link(from.constData(), to.constData()) != 0)
        return false;
    if (::unlink(from.constData()) == 0)
        return true;
    const int why = errno;
    ::unlink(to.constData());
    errno = why;
    return false;
}

} // namespace

Error fileError(const QString &what, int errorNumber)
{
    return Error(codeOf(errorNumber), QStringLiteral("%1: %2").arg(what, reasonOf(errorNumber)));
}

Result<void> syncFolder(const QString &folder)
{
    return syncPath(folder, O_DIRECTORY);
}

Result<void> syncFile(const QString &path)
{
    return syncPath(path, O_NOFOLLOW);
}

Result<void> placeFile(const QString &temporary, const QString &path)
{
    const QByteArray from = QFile::encodeName(temporary);
    const QByteArray to = QFile::encodeName(path);
    bool done = ::renameat2(AT_FDCWD, from.constData(), AT_FDCWD, to.constData(), RENAME_NOREPLACE) == 0;
    if (!done && errno == EINVAL)
        done = linkAndUnlink(from, to);
    if (!done)
        return fileError(path, errno);
    auto synced = syncFolder(QFileInfo(path).path());
    if (!synced)
        ::rename(to.constData(), from.constData());
    return synced;
}

Result<void> removeFile(const QString &path)
{
    if (::unlink(QFile::encodeName(path).constData()) != 0)
        return errno == ENOENT ? Result<void>() : fileError(path, errno);
    return syncFolder(QFileInfo(path).path());
}

Result<void> moveAside(const QString &path)
{
    const QString bad = path + QStringLiteral(".bad");
    if (::rename(QFile::encodeName(path).constData(), QFile::encodeName(bad).constData()) != 0)
        return fileError(bad, errno);
    return syncFolder(QFileInfo(path).path());
}

Result<void> writeFile(const QString &path, const QByteArray &content, mode_t mode)
{
    const QString temporary = path + QStringLiteral(".tmp");
    Result<void> written = writeAll(temporary, content, mode);
    if (written && ::rename(QFile::encodeName(temporary).constData(), QFile::encodeName(path).constData()) != 0)
        written = fileError(path, errno);
    if (!written) {
        ::unlink(QFile::encodeName(temporary).constData());
        return written;
    }
    return syncFolder(QFileInfo(path).path());
}

Result<void> writeJson(const QString &path, const QJsonObject &object)
{
    return writeFile(path, QJsonDocument(object).toJson(), 0600);
}

Result<QJsonObject> readJson(const QString &path)
{
    const auto content = readAll(path);
    if (!content)
        return content.error();
    QJsonParseError problem;
    const QJsonDocument document = QJsonDocument::fromJson(*content, &problem);
    if (!document.isObject())
        return Error(Code::FailedPrecondition,
                     QStringLiteral("%1: %2").arg(path, problem.error != QJsonParseError::NoError
                                                            ? problem.errorString()
                                                            : QStringLiteral("not an object")));
    return document.object();
}

Result<QStringList> namesIn(const QString &folder)
{
    const std::unique_ptr<DIR, int (*)(DIR *)> stream(::opendir(QFile::encodeName(folder).constData()), ::closedir);
    if (!stream)
        return fileError(folder, errno);
    QStringList names;
    errno = 0;
    while (const dirent *entry = ::readdir(stream.get()))
        names.append(QFile::decodeName(entry->d_name));
    if (errno != 0)
        return fileError(folder, errno);
    names.removeAll(QStringLiteral("."));
    names.removeAll(QStringLiteral(".."));
    return names;
}

} // namespace ghost
