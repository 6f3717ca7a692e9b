// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include <QtCore/QByteArray>
#include <QtCore/QString>

#include "ghost/Result.h"

namespace ghost {

/// A file that is whole at every moment, whatever dies: new file, fsync, old one kept as `<path>.previous`, rename,
/// fsync of the folder. (QSaveFile neither syncs the folder, nor reports a failed sync, nor keeps the previous
/// generation.)
///
/// Beside it lies `<path>.spare`, room that is put by: when somebody else has filled the disk, it is given up for what
/// must be written. Whoever deletes it loses nothing else.
///
/// One writer at a time; readers at any time.
class DurableFile
{
public:
    /// What the last write found.
    enum class Room : int {
        Unspecified = 0, ///< none yet
        Enough,
        Little, ///< it needed the spare room, or there is no room to put it by
        None,   ///< it failed for want of room
    };

    explicit DurableFile(QString path);

    QString path() const { return m_path; }
    QString previousPath() const;
    QString sparePath() const;

    /// Ok: it is on the disk. Error (with path and system error): what read() gives is the old content or the new,
    /// whole. No room: ResourceExhausted; not allowed: PermissionDenied.
    Result<void> write(const QByteArray &content);
    /// NotFound: there is none. FailedPrecondition: it is no regular file, or larger than 64 MiB. Any other error says
    /// nothing of its content: it cannot be read now, and by this process.
    Result<QByteArray> read() const;
    Result<QByteArray> readPrevious() const;
    /// From any thread.
    Room room() const { return m_room; }

private:
    Result<void> replace(const QByteArray &content);
    Result<void> writeNew(const QString &newPath, const QByteArray &content);
    Result<void> keepPrevious();
    Result<void> syncFolder();
    bool giveUpSpare();
    bool keepSpare(qint64 contentBytes);

    QString m_path;
    std::atomic<Room> m_room = Room::Unspecified;
    qint64 m_spareBytes = 0; ///< that this process has put by; 0: to be looked at
};

} // namespace ghost
