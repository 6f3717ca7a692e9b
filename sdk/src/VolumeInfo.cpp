// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/VolumeInfo.h"

#include <tuple>

#include "ValueImpl.h"

namespace ghost {

struct VolumeInfo::Data : QSharedData
{
    VolumeId id;
    QString name;
    qint64 sizeBytes = 0;
    qint64 allocatedBytes = 0;
    GHOST_FIELDS(id, name, sizeBytes, allocatedBytes)
};

GHOST_VALUE_IMPL(VolumeInfo)
GHOST_PROPERTY(VolumeInfo, VolumeId, id, setId)
GHOST_PROPERTY_REF(VolumeInfo, QString, name, setName)
GHOST_PROPERTY(VolumeInfo, qint64, sizeBytes, setSizeBytes)
GHOST_PROPERTY(VolumeInfo, qint64, allocatedBytes, setAllocatedBytes)

} // namespace ghost
