// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ghost/Ids.h"

namespace ghost {

/// A disk as its storage driver sees it now.
class GHOST_SDK_EXPORT VolumeInfo
{
    GHOST_VALUE(VolumeInfo)
public:
    VolumeId id() const;
    void setId(VolumeId id);
    QString name() const;
    void setName(const QString &name);
    /// What the guest sees.
    qint64 sizeBytes() const;
    void setSizeBytes(qint64 bytes);
    /// What it takes on this host.
    qint64 allocatedBytes() const;
    void setAllocatedBytes(qint64 bytes);
};

} // namespace ghost
