// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "SeedImage.h"

#include <cerrno>
#include <fcntl.h>

#include <QtCore/QFile>
#include <QtCore/QStringList>

#include "files/DurableFiles.h"
#include "ghost/UniqueFd.h"
#include "qemu-img/HelperProcess.h"

namespace ghost {

namespace {

constexpr qint64 sectorBytes = 512;
const auto package = QStringLiteral("mtools");

struct Geometry
{
    qint64 sectors;
    int heads;
    int sectorsPerTrack;
};

/// A 1.44 MB floppy disk where that suffices: every FAT driver knows it.
Geometry geometryFor(const QMap<QString, QByteArray> &files)
{
    const Geometry floppy{2880, 2, 18};
    qint64 bytes = 65536; // FATs and root folder
    for (const QByteArray &content : files)
        bytes += content.size() + 4096; // the last cluster
    if (bytes <= floppy.sectors * sectorBytes)
        return floppy;
    const qint64 cylinder = 512; // 16 heads, 32 sectors
    const qint64 wanted = (bytes + bytes / 16) / sectorBytes;
    return {(wanted + cylinder - 1) / cylinder * cylinder, 16, 32};
}

/// Takes the space now, so that a full disk is found here and not by mtools.
Result<void> allocate(const QString &path, qint64 bytes)
{
    const UniqueFd fd(::open(QFile::encodeName(path).constData(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!fd)
        return fileError(path, errno);
    if (const int error = ::posix_fallocate(fd.get(), 0, bytes); error != 0)
        return fileError(path, error);
    return {};
}

} // namespace

Result<void> SeedImage::requireInstalled()
{
    for (const QString &program : {QStringLiteral("mformat"), QStringLiteral("mcopy")}) {
        if (auto path = HelperProcess(program, package).locate(); !path)
            return path.error();
    }
    return {};
}

qint64 SeedImage::fileBytes(const QMap<QString, QByteArray> &files)
{
    return geometryFor(files).sectors * sectorBytes;
}

Result<void> SeedImage::create(const QString &path, const QString &label, const QMap<QString, QByteArray> &files,
                               Call &call)
{
    const Geometry geometry = geometryFor(files);
    if (auto allocated = allocate(path, geometry.sectors * sectorBytes); !allocated)
        return allocated;

    const HelperProcess mformat(QStringLiteral("mformat"), package);
    const QStringList arguments{QStringLiteral("-i"), path,
                                QStringLiteral("-T"), QString::number(geometry.sectors),
                                QStringLiteral("-h"), QString::number(geometry.heads),
                                QStringLiteral("-s"), QString::number(geometry.sectorsPerTrack),
                                QStringLiteral("-v"), label,
                                QStringLiteral("::")};
    if (auto formatted = mformat.runToSuccess(arguments, call); !formatted)
        return formatted.error();
    for (auto file = files.begin(); file != files.end(); ++file) {
        HelperProcess mcopy(QStringLiteral("mcopy"), package);
        mcopy.setInput(file.value());
        const QStringList copy{QStringLiteral("-i"), path, QStringLiteral("-"), QStringLiteral("::") + file.key()};
        if (auto copied = mcopy.runToSuccess(copy, call); !copied)
            return copied.error();
    }
    return {};
}

} // namespace ghost
