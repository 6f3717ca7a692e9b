// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>

#include "commands/CommandHandler.h"
#include "state/VmRecord.h"

namespace ghost {

/// Removes what is left of VMs that are gone, until their driver's own list shows no more of it.
///
/// A call that failed on a stopped backend may happen after it woke up, so one clean look is not enough: it has to stay
/// clean for a while.
class LeftoverSweeper
{
public:
    /// @p staysClean: how long a driver's list must show nothing of a VM before it is forgotten.
    explicit LeftoverSweeper(const Services &services, std::chrono::milliseconds staysClean = std::chrono::seconds(10))
        : m_services(services)
        , m_staysClean(staysClean)
    {}

    /// Looks after all leftovers on two of their driver's question threads; returns at once. To be called every few
    /// seconds while there are any, and when a driver is back.
    void sweep();

private:
    /// What waits for one driver, and how many of its threads come to it.
    struct Round
    {
        std::deque<Leftover> waiting;
        int threads = 0;
    };
    std::optional<Leftover> takeNext(const QString &hypervisor);
    void sweepOne(const Leftover &leftover);
    bool isGone(const VmRecord &record, Call &call);

    const Services m_services;
    const std::chrono::milliseconds m_staysClean;
    std::mutex m_mutex;
    std::map<VmId, qint64> m_cleanSinceMs;
    std::map<QString, Round> m_rounds; ///< by hypervisor
    std::set<VmId> m_busy;             ///< being looked after, or waiting for it
};

} // namespace ghost
