// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/ImageInfo.h"

#include <tuple>

#include "ValueImpl.h"

namespace ghost {

struct ImageRef::Data : QSharedData
{
    QString name;
    GHOST_FIELDS(name)
};

GHOST_VALUE_IMPL(ImageRef)
GHOST_PROPERTY_REF(ImageRef, QString, name, setName)

struct ImageInfo::Data : QSharedData
{
    QString name;
    QString format;
    qint64 fileBytes = 0;
    qint64 diskBytes = 0;
    qint64 importedAtMs = 0;
    GHOST_FIELDS(name, format, fileBytes, diskBytes, importedAtMs)
};

GHOST_VALUE_IMPL(ImageInfo)
GHOST_PROPERTY_REF(ImageInfo, QString, name, setName)
GHOST_PROPERTY_REF(ImageInfo, QString, format, setFormat)
GHOST_PROPERTY(ImageInfo, qint64, fileBytes, setFileBytes)
GHOST_PROPERTY(ImageInfo, qint64, diskBytes, setDiskBytes)
GHOST_PROPERTY(ImageInfo, qint64, importedAtMs, setImportedAtMs)

struct LocalImage::Data : QSharedData
{
    ImageInfo info;
    QString path;
    GHOST_FIELDS(info, path)
};

GHOST_VALUE_IMPL(LocalImage)
GHOST_PROPERTY_REF(LocalImage, ImageInfo, info, setInfo)
GHOST_PROPERTY_REF(LocalImage, QString, path, setPath)

ImageRef::ImageRef(const QString &name)
    : ImageRef()
{
    d->name = name;
}

} // namespace ghost
