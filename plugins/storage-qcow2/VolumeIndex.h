// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QList>
#include <QtCore/QString>
#include <QtCore/QStringList>

#include "ghost/Ids.h"
#include "ghost/Result.h"

namespace ghost {

/// What is remembered of a volume.
struct VolumeRecord
{
    enum class Kind : int { Unspecified = 0, Disk, Seed };

    VolumeId id;
    QString name;
    Kind kind = Kind::Unspecified;
    QString file;         ///< name within the disks folder, so that the root can move
    QString backing;      ///< backing file as it stands in the disk's header; empty if none
    qint64 sizeBytes = 0; ///< what the guest saw when we last changed it
};

/// Which volume is which file: one durable JSON file a volume, `<id>.json`. The files are the only copy, so any thread
/// may ask at any time; for one volume only one may write.
class VolumeIndex
{
public:
    /// What could be read, and a sentence for each file that could not.
    struct Content
    {
        QList<VolumeRecord> records;
        QStringList problems;
    };

    VolumeIndex() = default;
    /// @p folder exists.
    explicit VolumeIndex(const QString &folder);

    bool contains(VolumeId id) const;
    /// Unknown id: NotFound. A damaged file: FailedPrecondition naming it.
    Result<VolumeRecord> read(VolumeId id) const;
    Result<void> write(const VolumeRecord &record) const;
    /// Unknown id: Ok.
    Result<void> remove(VolumeId id) const;
    Content readAll() const;
    /// Removes what a killed write() has left.
    void removeLeftovers() const;

private:
    QString pathOf(VolumeId id) const;

    QString m_folder;
};

} // namespace ghost
