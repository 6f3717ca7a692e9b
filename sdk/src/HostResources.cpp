// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/HostResources.h"

#include <tuple>

#include "CborFields.h"
#include "ValueImpl.h"

namespace ghost {

struct HostResources::Data : QSharedData
{
    int totalCpus = 0;
    int reservedCpus = 0;
    qint64 totalMemoryBytes = 0;
    qint64 reservedMemoryBytes = 0;
    qint64 promisedMemoryBytes = 0;
    qint64 totalDiskBytes = 0;
    qint64 reservedDiskBytes = 0;
    qint64 promisedDiskBytes = 0;
    GHOST_FIELDS(totalCpus, reservedCpus, totalMemoryBytes, reservedMemoryBytes, promisedMemoryBytes, totalDiskBytes,
                 reservedDiskBytes, promisedDiskBytes)
};

GHOST_VALUE_IMPL(HostResources)
GHOST_PROPERTY(HostResources, int, totalCpus, setTotalCpus)
GHOST_PROPERTY(HostResources, int, reservedCpus, setReservedCpus)
GHOST_PROPERTY(HostResources, qint64, totalMemoryBytes, setTotalMemoryBytes)
GHOST_PROPERTY(HostResources, qint64, reservedMemoryBytes, setReservedMemoryBytes)
GHOST_PROPERTY(HostResources, qint64, promisedMemoryBytes, setPromisedMemoryBytes)
GHOST_PROPERTY(HostResources, qint64, totalDiskBytes, setTotalDiskBytes)
GHOST_PROPERTY(HostResources, qint64, reservedDiskBytes, setReservedDiskBytes)
GHOST_PROPERTY(HostResources, qint64, promisedDiskBytes, setPromisedDiskBytes)

QCborMap HostResources::toCbor() const
{
    return CborFields()
        .number("total_cpus", d->totalCpus)
        .number("reserved_cpus", d->reservedCpus)
        .number("total_memory_bytes", d->totalMemoryBytes)
        .number("reserved_memory_bytes", d->reservedMemoryBytes)
        .number("promised_memory_bytes", d->promisedMemoryBytes)
        .number("total_disk_bytes", d->totalDiskBytes)
        .number("reserved_disk_bytes", d->reservedDiskBytes)
        .number("promised_disk_bytes", d->promisedDiskBytes)
        .take();
}

} // namespace ghost
