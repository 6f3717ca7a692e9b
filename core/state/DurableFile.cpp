// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "state/DurableFile.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <QtCore/QFile>
#include <QtCore/QFileInfo>

#include "ghost/UniqueFd.h"

namespace ghost {

namespace {

constexpr qint64 maxBytes = qint64(64) << 20;
constexpr qint64 leastSpareBytes = qint64(1) << 20;
constexpr qint64 leastShareBytes = qint64(64) << 10;

bool isForWantOfRoom(int errorNumber)
{
    return errorNumber == ENOSPC || errorNumber == EDQUOT;
}

/// The Error for the errno of now.
Error systemError(const char *what, const QString &path)
{
    const int number = errno;
    const bool isForbidden = number == EACCES || number == EPERM || number == EROFS;
    const Code code = isForWantOfRoom(number) ? Code::ResourceExhausted
                      : isForbidden           ? Code::PermissionDenied
                      : number == ENOENT      ? Code::NotFound
                      : number == EFBIG       ? Code::FailedPrecondition // this process' limit: no room would help
                                              : Code::Internal;
    return Error(code, QStringLiteral("cannot %1 %2: %3").arg(QLatin1String(what), path, qt_error_string(number)));
}

/// Makes a file of @p presentBytes hold @p bytes of the disk, or as much as there is: then with the error number.
int allocate(int fd, qint64 bytes, qint64 presentBytes)
{
    constexpr qint64 leastPieceBytes = 4096;
    qint64 done = 0;
    int error = 0;
    for (qint64 piece = bytes; done < bytes && piece >= leastPieceBytes; piece = std::min(piece, bytes - done)) {
        error = ::posix_fallocate(fd, done, piece);
        if (error == 0)
            done += piece;
        else
            piece /= 2;
    }
    // A piece that failed may have got a part.
    if (error != 0 && ::ftruncate(fd, std::max(done, presentBytes)) != 0)
        return errno;
    return error;
}

/// A file system that does not know its size has it.
bool hasFree(int fd, qint64 bytes)
{
    struct statvfs disk = {};
    return ::fstatvfs(fd, &disk) != 0 || disk.f_blocks == 0 || qint64(disk.f_bavail) * qint64(disk.f_frsize) >= bytes;
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
    const bool isSocket = !fd && errno == ENXIO;
    struct stat status = {};
    if (!isSocket && (!fd || ::fstat(fd.get(), &status) != 0))
        return systemError("open", path);
    if (!S_ISREG(status.st_mode))
        return Error(Code::FailedPrecondition, QStringLiteral("cannot read %1: not a regular file").arg(path));
    if (status.st_size > maxBytes)
        return Error(Code::FailedPrecondition, QStringLiteral("cannot read %1: larger than 64 MiB").arg(path));
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

QString DurableFile::sparePath() const
{
    return m_path + QStringLiteral(".spare");
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
    const auto lacksRoom = [](const Result<void> &written) {
        return !written && written.error().code() == Code::ResourceExhausted;
    };
    auto written = replace(content);
    const bool wasFull = lacksRoom(written);
    while (lacksRoom(written) && giveUpSpare())
        written = replace(content);
    if (written)
        m_room = !keepSpare(content.size()) || wasFull ? Room::Little : Room::Enough;
    else if (lacksRoom(written))
        m_room = Room::None;
    return written;
}

Result<void> DurableFile::replace(const QByteArray &content)
{
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

// Half of it, as long as that is something. False: there is none.
bool DurableFile::giveUpSpare()
{
    m_spareBytes = 0;
    const QByteArray path = QFile::encodeName(sparePath());
    const UniqueFd fd(::open(path.constData(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat status = {};
    const bool isHalved = fd && ::fstat(fd.get(), &status) == 0 && status.st_size / 2 >= leastShareBytes &&
                          ::ftruncate(fd.get(), status.st_size / 2) == 0;
    return isHalved || ::unlink(path.constData()) == 0;
}

// On a full disk only a quarter of it is taken back, which lasts, as each write gives back what it took. The rest goes
// in two parts to the drivers and the history, which write there, too. False: there is no room for the whole. What else
// may keep it from being made is no error.
bool DurableFile::keepSpare(qint64 contentBytes)
{
    // That quarter has to do for a new file beside the old ones.
    const qint64 whole = std::max(leastSpareBytes, qint64(std::bit_ceil(quint64(4 * contentBytes))));
    if (m_spareBytes >= whole)
        return true;
    const QByteArray path = QFile::encodeName(sparePath());
    // For reading, too: where the file system cannot allocate, the C library looks at what is there.
    const UniqueFd fd(::open(path.constData(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
    if (!fd)
        return !isForWantOfRoom(errno);
    struct stat status = {};
    if (::fchmod(fd.get(), 0600) != 0 || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode))
        return true;
    // The whole only where as much stays free: the next write would need it at once.
    const bool hasRoom = status.st_size >= whole || hasFree(fd.get(), 2 * whole);
    const int error = allocate(fd.get(), hasRoom ? whole : whole / 4, status.st_size);
    if (::fstat(fd.get(), &status) == 0 && status.st_size == 0)
        ::unlink(path.constData());
    if (hasRoom && error == 0)
        m_spareBytes = whole;
    return hasRoom && !isForWantOfRoom(error);
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
