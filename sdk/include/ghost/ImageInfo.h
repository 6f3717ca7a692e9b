// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ghost/Result.h"

namespace ghost {

/// Which image is meant: a name such as `ubuntu-22.04`. An image source may understand more forms later.
class GHOST_SDK_EXPORT ImageRef
{
    GHOST_VALUE(ImageRef)
public:
    explicit ImageRef(const QString &name);
    QString name() const;
    void setName(const QString &name);
};

class GHOST_SDK_EXPORT ImageInfo
{
    GHOST_VALUE(ImageInfo)
public:
    QString name() const;
    void setName(const QString &name);
    /// `qcow2`
    QString format() const;
    void setFormat(const QString &format);
    /// Size of the file.
    qint64 fileBytes() const;
    void setFileBytes(qint64 bytes);
    /// Size of the disk that a guest sees.
    qint64 diskBytes() const;
    void setDiskBytes(qint64 bytes);
    /// Milliseconds since the epoch UTC.
    qint64 importedAtMs() const;
    void setImportedAtMs(qint64 ms);
};

/// An image that is complete on this host.
class GHOST_SDK_EXPORT LocalImage
{
    GHOST_VALUE(LocalImage)
public:
    ImageInfo info() const;
    void setInfo(const ImageInfo &info);
    /// Absolute path; read-only for everybody from now on.
    QString path() const;
    void setPath(const QString &path);
};

} // namespace ghost
