// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "VolumeFiles.h"

#include <cerrno>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>

#include "SeedImage.h"
#include "VolumeRules.h"
#include "files/DurableFiles.h"
#include "qemu-img/DiskSpace.h"

namespace ghost {

namespace {

/// What a new, empty qcow2 file takes at most: tables for 64 TiB.
constexpr qint64 newDiskBytes = qint64(2) << 20;

} // namespace

VolumeFiles::VolumeFiles(const QString &disks, const QString &images, qint64 reserveBytes, const DiskAccess &access)
    : m_disks(disks)
    , m_images(images)
    , m_reserveBytes(reserveBytes)
    , m_access(access)
{}

QString VolumeFiles::pathOf(const QString &file) const
{
    return QDir(m_disks).filePath(file);
}

QString VolumeFiles::temporaryPathOf(VolumeId id) const
{
    return pathOf(QStringLiteral(".%1.tmp").arg(id.toString()));
}

bool VolumeFiles::isThere(const QString &path)
{
    struct stat status = {};
    return ::lstat(QFile::encodeName(path).constData(), &status) == 0; // a dangling link is something, too
}

Result<VolumeRecord> VolumeFiles::make(const VolumeSpec &spec, Call &call) const
{
    const QString path = temporaryPathOf(spec.id());
    const bool isSeed = spec.origin() == VolumeSpec::Origin::SeedFiles;
    VolumeRecord record{
        spec.id(), spec.name(),     isSeed ? VolumeRecord::Kind::Seed : VolumeRecord::Kind::Disk, volumeFileName(spec),
        {},        spec.sizeBytes()};
    if (isSeed)
        record.sizeBytes = SeedImage::fileBytes(spec.seedFiles());
    if (auto room = requireRoom(isSeed ? record.sizeBytes : newDiskBytes); !room)
        return room.error();

    Result<void> made;
    if (isSeed) {
        made = SeedImage::create(path, spec.seedLabel(), spec.seedFiles(), call);
    } else if (spec.origin() == VolumeSpec::Origin::Image) {
        const Result<QString> backing = relativeBacking(spec.imagePath());
        if (!backing)
            return backing.error();
        record.backing = *backing;
        made = makeOverlay(spec, path, *backing, call);
    } else {
        made = m_qemuImg.createEmpty(path, spec.sizeBytes(), call);
    }
    if (made)
        made = m_access.give(path, isSeed ? DiskAccess::Mode::ReadOnly : DiskAccess::Mode::ReadWrite);
    if (made)
        made = syncFile(path);
    if (!made)
        return made.error();
    return record;
}

/// Relative, so that disks and images can be moved together. Of the real paths: the kernel follows `..` after symbolic
/// links.
Result<QString> VolumeFiles::relativeBacking(const QString &imagePath) const
{
    const QFileInfo image(imagePath);
    if (QFileInfo(image.path()).canonicalFilePath() != QFileInfo(m_images).canonicalFilePath())
        return Error(Code::InvalidArgument, QStringLiteral("image %1 is not in folder %2").arg(imagePath, m_images))
            .withField(QStringLiteral("image"));
    const QDir disks(QFileInfo(m_disks).canonicalFilePath());
    return disks.relativeFilePath(QDir(QFileInfo(m_images).canonicalFilePath()).filePath(image.fileName()));
}

Result<void> VolumeFiles::makeOverlay(const VolumeSpec &spec, const QString &path, const QString &backing,
                                      Call &call) const
{
    const Result<Qcow2Header> image = Qcow2Header::readFile(spec.imagePath());
    if (!image)
        return image.error();
    if (auto alone = image->requireSelfContained(); !alone)
        return alone;
    if (spec.sizeBytes() < image->virtualBytes())
        return Error(Code::InvalidArgument, QStringLiteral("%1 is smaller than its image (%2)")
                                                .arg(bytesText(spec.sizeBytes()), bytesText(image->virtualBytes())))
            .withField(QStringLiteral("size_bytes"));
    return m_qemuImg.createOverlay(path, backing, spec.sizeBytes(), call);
}

Result<void> VolumeFiles::requireRoom(qint64 bytes) const
{
    return requireFreeBytes(m_disks, bytes, m_reserveBytes, QStringLiteral("settings.storage-qcow2.reserve_bytes"));
}

Result<void> VolumeFiles::grow(const VolumeRecord &record, qint64 sizeBytes, Call &call) const
{
    const QString path = pathOf(record.file);
    if (auto room = requireRoom(newDiskBytes); !room)
        return room;
    if (auto resized = m_qemuImg.resize(path, sizeBytes, call); !resized)
        return resized;
    return syncFile(path);
}

Result<VolumeInfo> VolumeFiles::inspect(const VolumeRecord &record) const
{
    const QString path = pathOf(record.file);
    struct stat status = {};
    if (::lstat(QFile::encodeName(path).constData(), &status) != 0) {
        if (errno != ENOENT)
            return fileError(path, errno);
        return Error(Code::FailedPrecondition, QStringLiteral("disk '%1' is gone: no file %2").arg(record.name, path))
            .withHint(QStringLiteral("put the file back, or delete the VM"));
    }
    VolumeInfo info;
    info.setId(record.id);
    info.setName(record.name);
    info.setSizeBytes(record.sizeBytes);
    info.setAllocatedBytes(status.st_blocks * 512);
    // libvirt gives a disk to QEMU's user while it runs, so we may be unable to read it; then what we remember stands.
    if (record.kind == VolumeRecord::Kind::Disk) {
        if (const auto header = Qcow2Header::readFile(path))
            info.setSizeBytes(header->virtualBytes());
    }
    return info;
}

/// QEMU writes into the header, and a guest that has broken out of QEMU could name any file of this host there: at the
/// next start libvirt would open it to QEMU. libvirt gives the image to QEMU's user, too.
Result<void> VolumeFiles::requireUnchangedHeader(const VolumeRecord &record) const
{
    if (record.kind != VolumeRecord::Kind::Disk)
        return {};
    const Result<Qcow2Header> header = readDiskHeader(record);
    if (!header)
        return header.error();
    if (header->backingFile() != record.backing || header->hasDataFile())
        return Error(
            Code::FailedPrecondition,
            QStringLiteral("disk '%1' points to another file than the one that it was made with").arg(record.file));
    return record.backing.isEmpty() ? Result<void>() : requireUnchangedImage(record);
}

/// Not readable is not unchanged: such a guest may have closed its disk as well. By now it is ours again, if libvirt
/// gave it back.
Result<Qcow2Header> VolumeFiles::readDiskHeader(const VolumeRecord &record) const
{
    const QString path = pathOf(record.file);
    struct stat status = {};
    if (::lstat(QFile::encodeName(path).constData(), &status) == 0 && S_ISREG(status.st_mode) &&
        status.st_uid == ::geteuid() && !(status.st_mode & S_IRUSR))
        std::ignore = m_access.give(path, DiskAccess::Mode::ReadWrite); // if not, it cannot be read, and that is said
    Result<Qcow2Header> header = Qcow2Header::readFile(path);
    if (header)
        return header;
    const Error &why = header.error();
    if (why.code() == Code::InvalidArgument)
        return Error(Code::FailedPrecondition,
                     QStringLiteral("disk '%1' is damaged: %2").arg(record.file, why.message()));
    return Error(Code::FailedPrecondition,
                 QStringLiteral("disk '%1' cannot be checked: %2").arg(record.file, why.message()))
        .withHint(QStringLiteral("let the agent's user read and write it again: %1").arg(path));
}

Result<void> VolumeFiles::requireUnchangedImage(const VolumeRecord &record) const
{
    const Result<Qcow2Header> image = Qcow2Header::readFile(QDir(m_disks).filePath(record.backing));
    const Result<void> alone = image ? image->requireSelfContained() : image.error();
    if (!alone)
        return Error(Code::FailedPrecondition,
                     QStringLiteral("disk '%1' cannot be used with its image '%2': %3")
                         .arg(record.file, QFileInfo(record.backing).fileName(), alone.error().message()));
    return {};
}

Result<void> VolumeFiles::requirePrograms() const
{
    if (auto installed = m_qemuImg.requireInstalled(); !installed)
        return installed;
    return SeedImage::requireInstalled();
}

} // namespace ghost
