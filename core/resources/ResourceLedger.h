// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>

#include <QtCore/QStringList>

#include "ghost/HostResources.h"
#include "ghost/Ids.h"
#include "resources/HostTotals.h"

namespace ghost {

struct Amounts
{
    int cpus = 0;
    qint64 memoryBytes = 0;
    qint64 diskBytes = 0;

    friend bool operator==(const Amounts &, const Amounts &) = default;
};

/// Who was promised what. Memory and disk are summed over all VMs, running or not: what was promised is there when it
/// is wanted. CPUs are shared in time, so only a single VM is limited. Thread-safe; each call is atomic.
class ResourceLedger
{
public:
    struct Request
    {
        std::optional<int> cpus;           ///< unset: the default, capped by what is left
        std::optional<qint64> memoryBytes; ///< likewise
        std::optional<qint64> diskBytes;   ///< likewise
        Amounts defaults;                  ///< diskBytes 0: a VM without a disk
        qint64 minimumDiskBytes = 0;       ///< what its image needs
    };
    struct Grant
    {
        Amounts amounts;
        QStringList notes; ///< what was capped, for people: `memory capped to 3 GiB: 25 GiB total, …`
    };

    /// @p measure is asked now, at each admission and in refresh(), on the caller's thread, under no lock.
    ResourceLedger(std::function<HostTotals()> measure, Amounts ownersReservation);

    /// Promises or refuses. A VM that holds something already is judged as if it did not, and holds the new amounts.
    /// InvalidArgument or ResourceExhausted with the field (`cpus`, `memory_bytes`, `disk_bytes`) and the numbers.
    Result<Grant> admit(VmId vm, const Request &request);
    /// Promised in an earlier run: counted even when there is not enough any more.
    void restore(VmId vm, const Amounts &amounts);
    /// Unknown VM: nothing.
    void release(VmId vm);
    /// Disk that is no VM's, while @p operation is under way: ResourceExhausted as in admit.
    Result<void> admitDisk(OperationId operation, qint64 bytes);
    /// What admitDisk promised; none: nothing.
    void release(OperationId operation);
    /// Asks how much there is now. Blocks for as long as the file system of the disks does.
    void refresh() { measure(); }
    /// Never blocks: how much there was when it was last asked.
    HostResources picture() const;

private:
    HostTotals measure();
    Amounts promised(VmId except) const;

    const std::function<HostTotals()> m_measure;
    const Amounts m_reserved;
    mutable std::mutex m_mutex;
    HostTotals m_totals; ///< as last measured
    std::map<VmId, Amounts> m_promises;
    std::map<OperationId, qint64> m_diskOfOperations;
};

} // namespace ghost
