// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "input/ImageFile.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QtCore/QFile>

namespace ghost::ctl {
namespace {

constexpr qint64 chunkBytes = 1024LL * 1024;

QString kindOf(mode_t mode)
{
    if (S_ISDIR(mode))
        return QStringLiteral("a folder");
    if (S_ISFIFO(mode))
        return QStringLiteral("a pipe");
    return S_ISSOCK(mode) ? QStringLiteral("a socket") : QStringLiteral("a device");
}

Error systemError(const QString &path, int why)
{
    const Code code = why == ENOENT ? Code::NotFound : why == EACCES ? Code::PermissionDenied : Code::InvalidArgument;
    return Error(code, QStringLiteral("cannot read %1: %2").arg(path, QString::fromUtf8(strerror(why))));
}

} // namespace

ImageFile::ImageFile(UniqueFd fd, const QString &path, qint64 sizeBytes)
    : m_fd(std::move(fd))
    , m_path(path)
    , m_sizeBytes(sizeBytes)
{}

Result<ImageFile> ImageFile::open(const QString &path)
{
    // O_NONBLOCK: opening a pipe without a writer would wait for one.
    UniqueFd fd(::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat about
    {
    };
    if (!fd || ::fstat(fd.get(), &about) != 0)
        return systemError(path, errno);
    if (!S_ISREG(about.st_mode))
        return Error(Code::InvalidArgument, QStringLiteral("%1 is %2, not a file").arg(path, kindOf(about.st_mode)));
    if (about.st_size == 0)
        return Error(Code::InvalidArgument, QStringLiteral("%1 is empty").arg(path));
    return ImageFile(std::move(fd), path, about.st_size);
}

Result<qint64> ImageFile::readChunk(std::string &chunk)
{
    chunk.resize(size_t(std::min(chunkBytes, m_sizeBytes - m_read)));
    ssize_t count = 0;
    do {
        count = ::read(m_fd.get(), chunk.data(), chunk.size());
    } while (count < 0 && errno == EINTR);
    if (count < 0)
        return systemError(m_path, errno);
    if (count == 0)
        return Error(Code::FailedPrecondition, QStringLiteral("%1 became shorter while it was read").arg(m_path));
    chunk.resize(size_t(count));
    m_read += count;
    return qint64(count);
}

} // namespace ghost::ctl
