// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>

#include "DeadlineWatch.h"
#include "ghost/Ids.h"
#include "ghost/Plugin.h"
#include "state/AddressObserver.h"
#include "state/RetryTimer.h"

namespace ghost {

class Drivers;
class Log;
class StateStore;

/// Keeps what is observed true: asks drivers when they say that something changed, and never trusts a hint by itself.
///
/// One question at a time for a VM and one list at a time for a hypervisor, on the driver's question threads; however
/// many hints come meanwhile, one more question follows. *Cannot see it* makes a VM Unknown, never gone. A question
/// that fails is asked again after a while, for as long as its driver is active; one that is not answered at all makes
/// its VMs Unknown as well.
class Observer
{
public:
    /// @p listed is called after a hypervisor's list and the addresses of its guests were taken over, with its plugin
    /// id. A driver that has not come back from a question @p patience after it was to be asked does not answer.
    Observer(StateStore &store, const Drivers &drivers, Log &log, std::function<void(const QString &)> listed,
             std::chrono::milliseconds patience = std::chrono::seconds(30));

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
    using Seen = std::map<VmId, quint64>; ///< how often each was observed before it was asked for
    class Asked;
    void overdue(OperationId question);
    void ask(VmId vm, Question question);
    void answer(VmId vm, Question question);
    void takeInspect(VmId vm);
    void answerList(const QString &hypervisor);
    void takeList(const QString &hypervisor);
    void takeAddresses(const QString &hypervisor, const QList<VmId> &vms);
    Seen seenOf(const QString &hypervisor) const;
    void askAgain(const RetryTimer::Question &question);
    void noteStranger(const QString &plugin, VmId vm);

    StateStore &m_store;
    const Drivers &m_drivers;
    Log &m_log;
    const std::function<void(const QString &)> m_listed;
    const std::chrono::milliseconds m_patience;
    std::mutex m_mutex;
    /// Questions under way; true: ask once more afterwards.
    std::map<std::pair<VmId, Question>, bool> m_asking;
    std::map<QString, bool> m_listing;      ///< the same for lists, by plugin id
    std::map<OperationId, Seen> m_underWay; ///< an id for each question
    std::set<VmId> m_strangers;             ///< warned of already

    AddressObserver m_addresses;
    RetryTimer m_retries; ///< it and the next last: their threads use everything above
    DeadlineWatch m_watch;
};

} // namespace ghost
