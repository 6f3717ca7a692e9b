// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/VmUsage.h"

#include <tuple>

#include "ValueImpl.h"

namespace ghost {

struct VmUsage::Data : QSharedData
{
    VmId vm;
    qint64 cpuTimeNanoseconds = 0;
    qint64 memoryBytes = 0;
    qint64 diskReadBytes = 0;
    qint64 diskWrittenBytes = 0;
    qint64 networkReceivedBytes = 0;
    qint64 networkSentBytes = 0;
    GHOST_FIELDS(vm, cpuTimeNanoseconds, memoryBytes, diskReadBytes, diskWrittenBytes, networkReceivedBytes,
                 networkSentBytes)
};

GHOST_VALUE_IMPL(VmUsage)
GHOST_PROPERTY(VmUsage, VmId, vm, setVm)
GHOST_PROPERTY(VmUsage, qint64, cpuTimeNanoseconds, setCpuTimeNanoseconds)
GHOST_PROPERTY(VmUsage, qint64, memoryBytes, setMemoryBytes)
GHOST_PROPERTY(VmUsage, qint64, diskReadBytes, setDiskReadBytes)
GHOST_PROPERTY(VmUsage, qint64, diskWrittenBytes, setDiskWrittenBytes)
GHOST_PROPERTY(VmUsage, qint64, networkReceivedBytes, setNetworkReceivedBytes)
GHOST_PROPERTY(VmUsage, qint64, networkSentBytes, setNetworkSentBytes)

} // namespace ghost
