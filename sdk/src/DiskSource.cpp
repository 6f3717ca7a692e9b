// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/DiskSource.h"

#include <tuple>

#include "ValueImpl.h"

namespace ghost {

struct DiskSource::Data : QSharedData
{
    VolumeId volume;
    QString path;
    QString format;
    bool isReadOnly = false;
    GHOST_FIELDS(volume, path, format, isReadOnly)
};

GHOST_VALUE_IMPL(DiskSource)
GHOST_PROPERTY(DiskSource, VolumeId, volume, setVolume)
GHOST_PROPERTY_REF(DiskSource, QString, path, setPath)
GHOST_PROPERTY_REF(DiskSource, QString, format, setFormat)
GHOST_PROPERTY(DiskSource, bool, isReadOnly, setReadOnly)

} // namespace ghost
