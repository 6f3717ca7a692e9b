// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "DurableWrite.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <fcntl.h>
#include <ghost/UniqueFd.h>
#include <unistd.h>

namespace ghost::nat {
namespace {

Error fileError(const QString &path, int error)
{
    const Code code = error == ENOSPC || error == EDQUOT ? Code::ResourceExhausted : Code::Internal;
    return Error(code, QStringLiteral("cannot write %1: %2").arg(path, QString::fromUtf8(std::strerror(error))));
}

bool writeAll(int fd, const QByteArray &content)
{
    const char *from = content.constData();
    auto left = size_t(content.size());
    while (left > 0) {
        const auto written = ::write(fd, from, left);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        from += written;
        left -= size_t(written);
    }
    return true;
}

Result<void> syncFolderOf(const QString &path)
{
    const UniqueFd folder(
        ::open(QFile::encodeName(QFileInfo(path).absolutePath()).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder || ::fsync(folder.get()) < 0)
        return fileError(path, errno);
    return {};
}

} // namespace

Result<void> writeDurably(const QString &path, const QByteArray &content)
{
    const QByteArray target = QFile::encodeName(path);
    const QByteArray fresh = target + ".new";
    const UniqueFd file(::open(fresh.constData(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file || !writeAll(file.get(), content) || ::fsync(file.get()) < 0 ||
        std::rename(fresh.constData(), target.constData()) < 0) {
        const int error = errno;
        if (file)
            ::unlink(fresh.constData());
        return fileError(path, error);
    }
    return syncFolderOf(path);
}

Result<void> removeDurably(const QString &path)
{
    if (::unlink(QFile::encodeName(path).constData()) < 0) {
        if (errno == ENOENT)
            return {};
        return fileError(path, errno);
    }
    return syncFolderOf(path);
}

} // namespace ghost::nat
