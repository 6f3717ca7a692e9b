// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "ghost/Signal.h"
#include "ghost/State.h"
#include "state/Journal.h"
#include "state/VmStore.h"

namespace ghost {

class EventBus;
class Log;

/// The one owner of what VMs exist: their records, what was last observed of them, and the operations under way.
///
/// Any thread may call it; changes are serial. Each change builds the next State from a copy, publishes it, then its
/// event. What must survive is in vms.json once commit() has returned Ok.
class StateStore
{
public:
    StateStore(const QString &file, EventBus &events, Log &log);
    ~StateStore();

    /// Takes over what vms.json holds, every VM as Unknown until its driver is asked. See VmStore::load.
    Result<void> load();
    /// All changes so far are on disk.
    Result<void> commit();

    std::shared_ptr<const State> state() const;
    AgentId agentId() const;

    std::optional<VmRecord> record(VmId id) const;
    QList<VmRecord> records() const;
    /// AlreadyExists if a VM of that name is there.
    Result<void> addRecord(const VmRecord &record);
    void changeRecord(VmId id, const std::function<void(VmRecord &)> &change);
    /// The VM is made: event `vm.created`.
    void recordCreated(VmId id);
    /// The VM is gone for everybody: event `vm.removed`. With @p leftover its parts are still to be removed.
    void dropRecord(VmId id, bool leftover);

    QList<Leftover> leftovers() const;
    void dropLeftover(VmId id);

    /// The agent's network of that plugin; chosen at first use.
    NetworkId network(const QString &plugin);

    /// Changes what is observed of a VM; nothing if it is not there any more. Event `vm.changed` if it differs.
    void changeVm(VmId id, const std::function<void(Vm &)> &change);
    /// Takes over a driver's answer. A new power-on takes the old address away.
    void observe(const VmInfo &info);
    /// How often that VM was observed. Questions are slow: take it before asking, and observeSince() drops the answer
    /// if something newer came meanwhile (false).
    quint64 observations(VmId id) const;
    bool observeSince(quint64 observations, const VmInfo &info);
    /// @p problem says why nobody can look.
    void observeUnknown(VmId id, const QString &problem);
    /// The same for a question that failed.
    bool observeUnknownSince(quint64 observations, VmId id, const QString &problem);
    /// Its hypervisor does not know it any more; @p problem says what to do.
    bool observeLostSince(quint64 observations, VmId id, const QString &problem);
    /// Records that do not parse, as they stand in vms.json, each with the reason.
    QList<QPair<QJsonObject, QString>> quarantined() const;
    /// @p signal is raised at each change of that VM until the returned handle is destroyed.
    std::shared_ptr<void> watch(VmId id, const std::shared_ptr<Signal> &signal);

    void putJournal(const JournalEntry &entry);
    /// In the order of submission.
    QList<JournalEntry> journal() const;
    /// Changes an unfinished operation; event `operation.changed`.
    void changeOperation(OperationId id, const std::function<void(Operation &)> &change);
    void addStep(OperationId id, const QString &step);
    /// One that could not be written and will not begin; event `operation.changed` to whom its first one came.
    void withdrawOperation(OperationId id, const Error &why);
    /// The operation as it ended; leaves the journal. Nothing if it had ended. Nobody sees its end before announceEnd,
    /// which comes after the write: then it stays in State for a while.
    std::optional<Operation> endOperation(OperationId id, const std::function<void(Operation &)> &change);
    void announceEnd(const Operation &operation);
    /// The ended ones that the archive may not have.
    QList<Operation> unarchived() const;
    /// The archive has them: the next commit() leaves them out.
    void archived(const QList<Operation> &operations);

    void setPlugins(const QList<PluginStatus> &plugins, const std::optional<PluginStatus> &changed);
    void setResources(const HostResources &resources);
    void setAgentVersion(const QString &version);
    void warn(const QString &warning);

private:
    void publish(const std::function<void(State &)> &change);
    void publishVm(const Vm &vm, const QString &kind);
    void publishOperation(const Operation &operation);
    void apply(const VmInfo &info);
    bool applySince(std::optional<quint64> observations, VmId id, const std::function<Vm(const Vm &)> &look);
    std::pair<quint64, SavedState> saved() const;
    void tellRoom();

    EventBus &m_events;
    Log &m_log;
    VmStore m_store;

    mutable std::mutex m_mutex; // everything below
    std::shared_ptr<const State> m_state;
    AgentId m_agentId;
    std::map<VmId, VmRecord> m_records;
    std::map<VmId, Leftover> m_leftovers;
    Journal m_journal;
    QMap<QString, NetworkId> m_networks;
    QList<QPair<QJsonObject, QString>> m_quarantined;
    std::multimap<VmId, std::weak_ptr<Signal>> m_watches;
    std::map<VmId, quint64> m_observations;
    QString m_roomWarning; // as it stands among State::warnings
    quint64 m_change = 0;
};

} // namespace ghost
