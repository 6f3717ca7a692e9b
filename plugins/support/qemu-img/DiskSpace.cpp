// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "DiskSpace.h"

#include <cerrno>
#include <sys/statvfs.h>

#include <QtCore/QFile>
#include <QtCore/QLocale>

#include "files/DurableFiles.h"

namespace ghost {

Result<void> requireFreeBytes(const QString &folder, qint64 bytes, qint64 reserveBytes, const QString &setting)
{
    struct statvfs room = {};
    if (::statvfs(QFile::encodeName(folder).constData(), &room) != 0)
        return fileError(folder, errno);
    // f_bavail leaves out what the file system keeps for root.
    const qint64 freeBytes = static_cast<qint64>(room.f_bavail) * static_cast<qint64>(room.f_frsize);
    if (bytes <= freeBytes && reserveBytes <= freeBytes - bytes)
        return {};
    const QString figures =
        QStringLiteral("%1: %2 needed, %3 free").arg(folder, bytesText(bytes), bytesText(freeBytes));
    if (bytes > freeBytes)
        return Error(Code::ResourceExhausted, QStringLiteral("no space left on the disk of ") + figures)
            .withHint(QStringLiteral("make room there"));
    return Error(Code::ResourceExhausted,
                 QStringLiteral("too little space on the disk of %1, and %2 wants %3 to stay free for the owner")
                     .arg(figures, setting, bytesText(reserveBytes)))
        .withHint(QStringLiteral("make room there, or lower %1").arg(setting));
}

QString bytesText(qint64 bytes)
{
    return QLocale::c().formattedDataSize(bytes);
}

} // namespace ghost
