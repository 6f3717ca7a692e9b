// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QString>

#include "ghost/Result.h"

namespace ghost {

/// A file that is whole at every moment, whatever dies: new file, fsync, old one kept as `<path>.previous`, rename,
/// fsync of the folder. (QSaveFile neither syncs the folder, nor reports a failed sync, nor keeps the previous
/// generation.)
///
/// One writer at a time; readers at any time.
class DurableFile
{
public:
    explicit DurableFile(QString path);

    QString path() const { return m_path; }
    QString previousPath() const;

    /// Ok: it is on the disk. Error (with path and system error): what read() gives is the old content or the new,
    /// whole. No room: ResourceExhausted; not allowed: PermissionDenied.
    Result<void> write(const QByteArray &content);
    /// NotFound if there is none; more than 64 MiB is refused.
    Result<QByteArray> read() const;
    Result<QByteArray> readPrevious() const;

private:
    Result<void> writeNew(const QString &newPath, const QByteArray &content);
    Result<void> keepPrevious();
    Result<void> syncFolder();

    QString m_path;
};

} // namespace ghost
