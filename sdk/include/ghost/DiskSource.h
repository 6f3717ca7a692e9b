// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ghost/Ids.h"

namespace ghost {

/// A disk as a hypervisor attaches it. Made by a storage driver, handed on by the core.
class GHOST_SDK_EXPORT DiskSource
{
    GHOST_VALUE(DiskSource)
public:
    /// Identity of the volume; the path is only its place and may change between two starts.
    VolumeId volume() const;
    void setVolume(VolumeId volume);
    /// Absolute path on this host.
    QString path() const;
    void setPath(const QString &path);
    /// `qcow2` or `raw`.
    QString format() const;
    void setFormat(const QString &format);
    bool isReadOnly() const;
    void setReadOnly(bool readOnly);
};

} // namespace ghost
