// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QMap>

#include "ghost/Ids.h"

namespace ghost {

/// A disk to be made.
class GHOST_SDK_EXPORT VolumeSpec
{
    GHOST_VALUE(VolumeSpec)
public:
    enum class Origin : int {
        Unspecified = 0,
        Empty,     ///< nothing in it
        Image,     ///< an overlay on the image at imagePath()
        SeedFiles, ///< a small read-only file system labelled seedLabel() with seedFiles() in it
    };
    VolumeId id() const;
    void setId(VolumeId id);
    /// Label; drivers use it for file names where it is free. `[a-z0-9-]`, at most 63 characters.
    QString name() const;
    void setName(const QString &name);
    Origin origin() const;
    void setOrigin(Origin origin);
    /// Size that the guest sees. For an overlay at least the image's; ignored for SeedFiles.
    qint64 sizeBytes() const;
    void setSizeBytes(qint64 bytes);
    /// Absolute path of the base image (LocalImage::path()).
    QString imagePath() const;
    void setImagePath(const QString &path);
    QString seedLabel() const;
    void setSeedLabel(const QString &label);
    /// File name → content.
    QMap<QString, QByteArray> seedFiles() const;
    void setSeedFiles(const QMap<QString, QByteArray> &files);
};

} // namespace ghost
