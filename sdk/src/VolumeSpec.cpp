// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/VolumeSpec.h"

#include <tuple>

#include "ValueImpl.h"

namespace ghost {

using SeedFiles = QMap<QString, QByteArray>;

struct VolumeSpec::Data : QSharedData
{
    VolumeId id;
    QString name;
    Origin origin = Origin::Unspecified;
    qint64 sizeBytes = 0;
    QString imagePath;
    QString seedLabel;
    QMap<QString, QByteArray> seedFiles;
    GHOST_FIELDS(id, name, origin, sizeBytes, imagePath, seedLabel, seedFiles)
};

GHOST_VALUE_IMPL(VolumeSpec)
GHOST_PROPERTY(VolumeSpec, VolumeId, id, setId)
GHOST_PROPERTY_REF(VolumeSpec, QString, name, setName)
GHOST_PROPERTY(VolumeSpec, Origin, origin, setOrigin)
GHOST_PROPERTY(VolumeSpec, qint64, sizeBytes, setSizeBytes)
GHOST_PROPERTY_REF(VolumeSpec, QString, imagePath, setImagePath)
GHOST_PROPERTY_REF(VolumeSpec, QString, seedLabel, setSeedLabel)
GHOST_PROPERTY_REF(VolumeSpec, SeedFiles, seedFiles, setSeedFiles)

} // namespace ghost
