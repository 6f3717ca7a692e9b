// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QCborMap>

#include "ghost/Value.h"

namespace ghost {

/// What the host has, what its owner keeps, what VMs were promised. Free for VMs = total − reserved − promised.
class GHOST_SDK_EXPORT HostResources
{
    GHOST_VALUE(HostResources)
public:
    int totalCpus() const;
    void setTotalCpus(int cpus);
    int reservedCpus() const;
    void setReservedCpus(int cpus);
    qint64 totalMemoryBytes() const;
    void setTotalMemoryBytes(qint64 bytes);
    qint64 reservedMemoryBytes() const;
    void setReservedMemoryBytes(qint64 bytes);
    qint64 promisedMemoryBytes() const;
    void setPromisedMemoryBytes(qint64 bytes);
    qint64 totalDiskBytes() const;
    void setTotalDiskBytes(qint64 bytes);
    qint64 reservedDiskBytes() const;
    void setReservedDiskBytes(qint64 bytes);
    qint64 promisedDiskBytes() const;
    void setPromisedDiskBytes(qint64 bytes);

    /// As message HostResources in ghost/agent/v1.
    QCborMap toCbor() const;
};

} // namespace ghost
