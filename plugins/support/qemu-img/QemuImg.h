// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

#include "HelperProcess.h"

namespace ghost {

/// The program qemu-img. Formats are always stated, never probed: a guest writes what it likes into its disk.
class QemuImg
{
public:
    /// A qcow2 file as QEMU understands it.
    struct Info
    {
        qint64 virtualBytes = 0;
        qint64 actualBytes = 0;
        QString backingFile;
        QString dataFile;
    };

    explicit QemuImg(const QString &program = QStringLiteral("qemu-img"));

    /// Unavailable with the package to install when the program is missing.
    Result<void> requireInstalled() const;
    Result<void> createEmpty(const QString &path, qint64 sizeBytes, Call &call) const;
    /// @p backing is written into the file as it stands: relative to the folder of @p path.
    Result<void> createOverlay(const QString &path, const QString &backing, qint64 sizeBytes, Call &call) const;
    Result<void> resize(const QString &path, qint64 sizeBytes, Call &call) const;
    /// Opens neither backing nor data file.
    Result<Info> info(const QString &path, Call &call) const;
    /// Ok for a file without damage (clusters that nobody uses are none); InvalidArgument for a damaged one.
    Result<void> check(const QString &path, Call &call) const;

private:
    HelperProcess m_program;
};

} // namespace ghost
