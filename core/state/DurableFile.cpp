// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "state/DurableFile.h"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>

#include <QtCore/QFile>
#include <QtCore/QFileInfo>

#include "ghost/UniqueFd.h"

namespace ghost {

namespace {

constexpr qint64 maxBytes = qint64(64) << 20;

/// The Error for the errno of now.
Error systemError(const char *what, const QString &path)
{
    const int number = errno;
    const bool isFull = number == ENOSPC || number == EDQUOT || number == EFBIG;
    const bool isForbidden = number == EACCES || number == EPERM || number == EROFS;
    const Code code = isFull             ? Code::ResourceExhausted
                      : isForbidden      ? Code::PermissionDenied
                      : number == ENOENT ? Code::NotFound
                                         : Code::Internal;
    return Error(code, QStringLiteral("cannot %1 %2: %3").arg(QLatin1String(what), path, qt_error_string(number)));
}

Result<void> writeAll(int fd, const QByteArray &content, const QString &path)
{
    for (qsizetype done = 0; done < content.size();) {
        const ssize_t written = ::write(fd, content.constData() + done, std::size_t(content.size() - done));
        if (written < 0 && errno != EINTR)
            return systemError("write", path);
        done += std::max(written, ssize_t(0));
    }
    return {};
}

Result<QByteArray> readAll(const QString &path)
{
    const UniqueFd fd(::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status = {};
    if (!fd || ::fstat(fd.get(), &status) != 0)
        return systemError("open", path);
    if (!S_ISREG(status.st_mode))
        return Error(Code::Internal, QStringLiteral("cannot read %1: not a regular file").arg(path));
    if (status.st_size > maxBytes)
        return Error(Code::Internal, QStringLiteral("cannot read %1: larger than 64 MiB").arg(path));
    QByteArray content(status.st_size, Qt::Uninitialized);
    qsizetype done = 0;
    while (done < content.size()) {
        const ssize_t got = ::read(fd.get(), content.data() + done, std::size_t(content.size() - done));
        if (got < 0 && errno != EINTR)
            return systemError("read", path);
        if (got == 0)
            break;
        done += std::max(got, ssize_t(0));
    }
    content.truncate(done);
    return content;
}

} // namespace

DurableFile::DurableFile(QString path)
    : m_path(std::move(path))
{}

QString DurableFile::previousPath() const
{
    return m_path + QStringLiteral(".previous");
}

Result<QByteArray> DurableFile::read() const
{
    return readAll(m_path);
}

Result<QByteArray> DurableFile::readPrevious() const
{
    return readAll(previousPath());
}

Result<void> DurableFile::write(const QByteArray &content)
{
    if (content.size() > maxBytes) // read() would refuse it
        return Error(Code::ResourceExhausted, QStringLiteral("cannot write %1: larger than 64 MiB").arg(m_path));
    // One fixed name, so that what a kill leaves is overwritten by the next write.
    const QString newPath = m_path + QStringLiteral(".new");
    auto written = writeNew(newPath, content);
    if (written)
        written = keepPrevious();
    if (written && std::rename(QFile::encodeName(newPath).constData(), QFile::encodeName(m_path).constData()) != 0)
        written = systemError("rename to", m_path);
    if (!written) {
        ::unlink(QFile::encodeName(newPath).constData());
        return written;
    }
    return syncFolder();
}

Result<void> DurableFile::writeNew(const QString &newPath, const QByteArray &content)
{
    constexpr int flags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC;
    UniqueFd fd(::open(QFile::encodeName(newPath).constData(), flags, 0600));
    if (!fd || ::fchmod(fd.get(), 0600) != 0)
        return systemError("create", newPath);
    if (auto written = writeAll(fd.get(), content, newPath); !written)
        return written;
    if (::fsync(fd.get()) != 0)
        return systemError("sync", newPath);
    // Some file systems (NFS, quota) report a failed write only here.
    if (::close(fd.release()) != 0)
        return systemError("close", newPath);
    return {};
}

Result<void> DurableFile::keepPrevious()
{
    const QByteArray current = QFile::encodeName(m_path);
    const QByteArray previous = QFile::encodeName(previousPath());
    // A second name for the present file, moved over the previous one: m_path is never without a file.
    const QByteArray link = previous + ".new";
    ::unlink(link.constData());
    if (::link(current.constData(), link.constData()) == 0) {
        if (std::rename(link.constData(), previous.constData()) == 0) {
            // rename does nothing when both names are the same file already (a write failed after this point)
            ::unlink(link.constData());
            return {};
        }
        const Error error = systemError("rename to", previousPath());
        ::unlink(link.constData());
        return error;
    }
    if (errno == ENOENT)
        return {}; // the first generation
    const int number = errno;
    const Error error = systemError("keep", m_path);
    const bool hasNoLinks = number == EPERM || number == EOPNOTSUPP || number == ENOSYS || number == EMLINK;
    struct stat status = {};
    if (!hasNoLinks || ::lstat(current.constData(), &status) != 0 || !S_ISREG(status.st_mode))
        return error;
    // For a moment only the previous one is there, whole.
    if (std::rename(current.constData(), previous.constData()) != 0)
        return systemError("rename to", previousPath());
    return {};
}

Result<void> DurableFile::syncFolder()
{
    const QString folder = QFileInfo(m_path).absolutePath();
    const UniqueFd fd(::open(QFile::encodeName(folder).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd)
        return systemError("open", folder);
    if (::fsync(fd.get()) != 0)
        return systemError("sync", folder);
    return {};
}

} // namespace ghost
