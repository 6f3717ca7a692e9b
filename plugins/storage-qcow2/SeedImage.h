// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QMap>
#include <QtCore/QString>

#include "ghost/Call.h"

namespace ghost {

/// Makes small vfat images with a few files in them: cloud-init reads one labelled CIDATA. mtools does it without
/// mounting anything, in about 10 ms (xorriso takes 105 ms, and a CD-ROM is not seen by kernels without AHCI).
class SeedImage
{
public:
    /// Unavailable with the package to install when mtools is missing.
    static Result<void> requireInstalled();
    /// Writes a new file; on an Error the caller removes it. The contents reach mtools through memory, never through
    /// other files: there are secrets among them.
    static Result<void> create(const QString &path, const QString &label, const QMap<QString, QByteArray> &files,
                               Call &call);
    /// Size of the file that create() would write.
    static qint64 fileBytes(const QMap<QString, QByteArray> &files);
};

} // namespace ghost
