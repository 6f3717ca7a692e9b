// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QList>

#include "ghost/DiskSource.h"
#include "ghost/Plugin.h"
#include "ghost/VolumeInfo.h"
#include "ghost/VolumeSpec.h"

namespace ghost {

/// A driver that keeps disks. Same rules for threads and repetition as Hypervisor.
class GHOST_SDK_EXPORT Storage
{
public:
    virtual ~Storage();
    /// Known id: Ok with what is there. No room: ResourceExhausted, nothing left.
    virtual Result<VolumeInfo> create(const VolumeSpec &spec, Call &call) = 0;
    /// Unknown id: Ok.
    virtual Result<void> remove(VolumeId id, Call &call) = 0;
    /// Grows only; smaller than now: InvalidArgument.
    virtual Result<VolumeInfo> resize(VolumeId id, qint64 sizeBytes, Call &call) = 0;
    virtual Result<VolumeInfo> inspect(VolumeId id, Call &call) = 0;
    virtual Result<QList<VolumeInfo>> list(Call &call) = 0;
    /// How a hypervisor attaches it here and now. Unknown id: NotFound.
    virtual Result<DiskSource> source(VolumeId id, Call &call) = 0;
};

} // namespace ghost

Q_DECLARE_INTERFACE(ghost::Storage, "org.ghost.Storage/1")
