// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ghost/Ids.h"

namespace ghost {

/// Counters of one running VM since its power-on. What cannot be counted is 0.
class GHOST_SDK_EXPORT VmUsage
{
    GHOST_VALUE(VmUsage)
public:
    VmId vm() const;
    void setVm(VmId vm);
    qint64 cpuTimeNanoseconds() const;
    void setCpuTimeNanoseconds(qint64 ns);
    /// Host memory that the guest holds.
    qint64 memoryBytes() const;
    void setMemoryBytes(qint64 bytes);
    qint64 diskReadBytes() const;
    void setDiskReadBytes(qint64 bytes);
    qint64 diskWrittenBytes() const;
    void setDiskWrittenBytes(qint64 bytes);
    qint64 networkReceivedBytes() const;
    void setNetworkReceivedBytes(qint64 bytes);
    qint64 networkSentBytes() const;
    void setNetworkSentBytes(qint64 bytes);
};

} // namespace ghost
