// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "DiskAccess.h"
#include "VolumeIndex.h"
#include "ghost/VolumeInfo.h"
#include "ghost/VolumeSpec.h"
#include "qemu-img/Qcow2Header.h"
#include "qemu-img/QemuImg.h"

namespace ghost {

/// The files in the disks folder: makes, grows and looks at them. Which of them is which volume is VolumeIndex's to
/// know.
class VolumeFiles
{
public:
    VolumeFiles() = default;
    VolumeFiles(const QString &disks, const QString &images, qint64 reserveBytes, const DiskAccess &access);

    QString pathOf(const QString &file) const;
    /// Where make() writes.
    QString temporaryPathOf(VolumeId id) const;
    /// Whether anything has that name, be it a dangling link.
    static bool isThere(const QString &path);

    /// Writes the file at temporaryPathOf(), complete and on disk, and says what to remember of it. On an Error the
    /// caller removes what is there.
    Result<VolumeRecord> make(const VolumeSpec &spec, Call &call) const;
    Result<void> grow(const VolumeRecord &record, qint64 sizeBytes, Call &call) const;
    /// A file that has vanished: FailedPrecondition.
    Result<VolumeInfo> inspect(const VolumeRecord &record) const;
    /// FailedPrecondition when the disk no longer says of itself what it was made as, when its image has come to point
    /// elsewhere, or when either cannot be read.
    Result<void> requireUnchangedHeader(const VolumeRecord &record) const;
    /// Unavailable when qemu-img or mtools is missing.
    Result<void> requirePrograms() const;

private:
    Result<void> requireRoom(qint64 bytes) const;
    Result<Qcow2Header> readDiskHeader(const VolumeRecord &record) const;
    Result<void> requireUnchangedImage(const VolumeRecord &record) const;
    Result<QString> relativeBacking(const QString &imagePath) const;
    Result<void> makeOverlay(const VolumeSpec &spec, const QString &path, const QString &backing, Call &call) const;

    QString m_disks;
    QString m_images;
    qint64 m_reserveBytes = 0;
    DiskAccess m_access;
    QemuImg m_qemuImg;
};

} // namespace ghost
