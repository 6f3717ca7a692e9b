// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "resources/HostTotals.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <QtCore/QDirIterator>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>

namespace ghost {

namespace {

qint64 totalMemory()
{
    QFile file(QStringLiteral("/proc/meminfo"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray &line : file.readAll().split('\n')) // MemTotal:       26307480 kB
        if (line.startsWith("MemTotal:"))
            return line.mid(9).simplified().split(' ').first().toLongLong() * 1024;
    return 0;
}

/// Space for disks if there were none of ours. Free for unprivileged writers: the file system's own reserve is not
/// ours.
qint64 diskSpace(const QString &disksFolder)
{
    QString folder = QFileInfo(disksFolder).absoluteFilePath();
    while (!QFileInfo::exists(folder) && folder != QLatin1String("/"))
        folder = QFileInfo(folder).path();
    struct statvfs space = {};
    if (::statvfs(QFile::encodeName(folder).constData(), &space) != 0)
        return 0;
    qint64 bytes = qint64(space.f_bavail) * qint64(space.f_frsize);
    QDirIterator disks(disksFolder, QDir::Files | QDir::Hidden | QDir::NoSymLinks);
    while (disks.hasNext()) {
        struct stat status = {};
        if (::lstat(QFile::encodeName(disks.next()).constData(), &status) == 0)
            bytes += qint64(status.st_blocks) * 512; // what a thin disk takes, not what it may become
    }
    return bytes;
}

} // namespace

HostTotals measureHost(const QString &disksFolder)
{
    return {int(::sysconf(_SC_NPROCESSORS_ONLN)), totalMemory(), diskSpace(disksFolder)};
}

} // namespace ghost
