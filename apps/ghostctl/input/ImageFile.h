// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <QtCore/QString>

#include "ghost/Result.h"
#include "ghost/UniqueFd.h"

namespace ghost::ctl {

/// A file to upload, whose size is known beforehand.
class ImageFile
{
public:
    /// Refuses with the reason what is no file with something in it: a folder, a pipe, a device.
    static Result<ImageFile> open(const QString &path);

    qint64 sizeBytes() const { return m_sizeBytes; }
    /// Reads up to 1 MiB into @p chunk, never beyond sizeBytes(). Returns how many bytes, at least one; a file that has
    /// become shorter meanwhile is an error.
    Result<qint64> readChunk(std::string &chunk);

private:
    ImageFile(UniqueFd fd, const QString &path, qint64 sizeBytes);

    UniqueFd m_fd;
    QString m_path;
    qint64 m_sizeBytes = 0;
    qint64 m_read = 0;
};

} // namespace ghost::ctl
