// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QString>

#include "ghost/Result.h"

namespace ghost {

/// The header of a qcow2 file, read by us: before this has passed, no program is run on a file from outside. qemu-img
/// would follow a backing file or an external data file to any path on this host (CVE-2024-4467).
class Qcow2Header
{
public:
    /// InvalidArgument for all that is not a qcow2 file of version 2 or 3 with sizes that fit its length.
    static Result<Qcow2Header> read(int fd);
    /// The same for a regular file; symbolic links are not followed.
    static Result<Qcow2Header> readFile(const QString &path);

    /// Size of the disk that a guest sees.
    qint64 virtualBytes() const { return m_virtualBytes; }
    /// As it stands in the header, relative to the file's folder or absolute; empty if there is none.
    QString backingFile() const { return m_backingFile; }
    bool hasDataFile() const { return m_hasDataFile; }
    bool isEncrypted() const { return m_isEncrypted; }

    /// InvalidArgument when the file says that it needs another one, or a key.
    Result<void> requireSelfContained() const;

private:
    struct Fields;
    static Result<Fields> parse(const QByteArray &bytes);
    static Result<void> requirePlausible(const Fields &fields, qint64 fileBytes);

    qint64 m_virtualBytes = 0;
    QString m_backingFile;
    bool m_hasDataFile = false;
    bool m_isEncrypted = false;
};

} // namespace ghost
