// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "host/TrustedPath.h"

#include <climits>

#include <QtCore/QByteArrayList>
#include <QtCore/QDir>
#include <QtCore/QFile>
#include <sys/stat.h>
#include <unistd.h>

namespace ghost {

namespace {

constexpr int maxLinks = 40; // as the kernel

Error refused(const QString &message)
{
    return Error(Code::FailedPrecondition, message);
}

Result<struct stat> look(const QByteArray &place)
{
    struct stat status = {};
    if (::lstat(place.constData(), &status) != 0)
        return refused(QStringLiteral("cannot look at %1: %2").arg(QFile::decodeName(place), qt_error_string(errno)));
    return status;
}

Result<void> checkOwner(const QByteArray &place, const struct stat &status)
{
    if (status.st_uid == 0 || status.st_uid == ::geteuid())
        return {};
    const QString name = QFile::decodeName(place);
    return refused(QStringLiteral("%1 belongs to user %2, who could change the plugin").arg(name).arg(status.st_uid))
        .withHint(QStringLiteral("chown -h root: %1").arg(name));
}

Result<void> checkMode(const QByteArray &place, const struct stat &status)
{
    const bool isSticky = S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX); // others' entries are safe in it
    if (!(status.st_mode & (S_IWGRP | S_IWOTH)) || isSticky)
        return {};
    const QString name = QFile::decodeName(place);
    return refused(QStringLiteral("%1 may be written by others (mode %2), who could change the plugin")
                       .arg(name)
                       .arg(status.st_mode & 07777, 4, 8, QLatin1Char('0')))
        .withHint(QStringLiteral("chmod go-w %1").arg(name));
}

Result<QByteArray> target(const QByteArray &link)
{
    QByteArray text(PATH_MAX, Qt::Uninitialized);
    const ssize_t size = ::readlink(link.constData(), text.data(), std::size_t(text.size()));
    if (size < 0)
        return refused(
            QStringLiteral("cannot read the link %1: %2").arg(QFile::decodeName(link), qt_error_string(errno)));
    return text.left(size);
}

} // namespace

// Walks as the kernel does, so that no link on the way goes unseen.
Result<void> checkTrustedPath(const QString &path)
{
    QByteArrayList ahead = QFile::encodeName(QDir(path).absolutePath()).split('/');
    QByteArray here; // without the slash at its end: the root is empty
    for (int links = 0; !ahead.isEmpty();) {
        const QByteArray name = ahead.takeFirst();
        if (name == "..")
            here.truncate(std::max(qsizetype(0), here.lastIndexOf('/')));
        if (name.isEmpty() || name == "." || name == "..")
            continue;
        const QByteArray next = here + '/' + name;
        const auto status = look(next);
        if (!status)
            return status.error();
        if (auto owned = checkOwner(next, *status); !owned)
            return owned;
        if (!S_ISLNK(status->st_mode)) {
            if (auto kept = checkMode(next, *status); !kept)
                return kept;
            here = next;
            continue;
        }
        if (++links > maxLinks)
            return refused(QStringLiteral("%1 is a loop of symbolic links").arg(QFile::decodeName(next)));
        const auto led = target(next);
        if (!led)
            return led.error();
        if (led->startsWith('/'))
            here.clear();
        ahead = led->split('/') + ahead;
    }
    return {};
}

} // namespace ghost
