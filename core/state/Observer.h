// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>

#include "ghost/Ids.h"
#include "ghost/Plugin.h"
#include "state/RetryTimer.h"

namespace ghost {

class Drivers;
class Log;
class StateStore;

/// Keeps what is observed true: asks drivers when they say that something changed, and never trusts a hint by itself.
///
/// One question at a time for a VM, on the driver's question threads. *Cannot see it* makes a VM Unknown, never gone.
/// A question that fails is asked again after a while, for as long as its driver is active.
class Observer
{
public:
    /// @p listed is called after a hypervisor's list was taken over, with its plugin id.
    Observer(StateStore &store, const Drivers &drivers, Log &log, std::function<void(const QString &)> listed);

    /// A driver's word; any thread. Events for VMs of others are dropped.
    void event(const QString &plugin, const DriverEvent &event);
    /// Asks inspect for this VM, soon.
    void inspect(VmId vm);
    /// Asks list for all VMs of this hypervisor, soon.
    void resync(const QString &hypervisor);
    /// Nobody can look any more, for this reason.
    void lost(const QString &hypervisor, const QString &reason);

private:
    enum class Question { Inspect, Address };
    void ask(VmId vm, Question question);
    void answer(VmId vm, Question question);
    void takeInspect(VmId vm);
    void takeAddress(VmId vm);
    void takeList(const QString &hypervisor);
    void askAgain(const RetryTimer::Question &question);
    bool countedEarlier(VmId vm, qint64 startedAtMs, qint64 sinceMs);
    void noteStranger(const QString &plugin, VmId vm);

    StateStore &m_store;
    const Drivers &m_drivers;
    Log &m_log;
    const std::function<void(const QString &)> m_listed;
    std::mutex m_mutex;
    /// Questions under way; true: ask once more afterwards.
    std::map<std::pair<VmId, Question>, bool> m_asking;
    struct CountedLease
    {
        qint64 startedAtMs = 0;
        qint64 sinceMs = 0;
    };
    std::map<VmId, CountedLease> m_counted; ///< the last lease that was an address, and of which power-on
    std::set<VmId> m_strangers;             ///< warned of already

    RetryTimer m_retries; ///< last: its thread uses everything above
};

} // namespace ghost
