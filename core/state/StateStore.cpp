// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "state/StateStore.h"

#include "Clock.h"
#include "events/EventBus.h"
#include "log/Log.h"
#include "state/Observed.h"

namespace ghost {

namespace {

constexpr qsizetype endedOperationsKept = 100;

} // namespace

StateStore::StateStore(const QString &file, EventBus &events, Log &log)
    : m_events(events)
    , m_log(log)
    , m_store(file)
    , m_state(std::make_shared<const State>())
{}

StateStore::~StateStore() = default;

Result<void> StateStore::load()
{
    auto loaded = m_store.load();
    if (!loaded)
        return loaded.error();
    {
        const std::scoped_lock lock(m_mutex);
        m_agentId = loaded->state.agentId;
        m_networks = loaded->state.networks;
        m_quarantined = loaded->state.quarantined;
        for (const VmRecord &record : loaded->state.vms)
            m_records[record.id] = record;
        for (const Leftover &leftover : loaded->state.leftovers)
            m_leftovers[leftover.record.id] = leftover;
        m_journal = Journal(loaded->state.journal, loaded->state.ended);
        ++m_change;
        publish([&](State &next) {
            next.setAgentId(m_agentId);
            for (const VmRecord &record : loaded->state.vms)
                next.putVm(record.toVm());
            for (const auto &[json, reason] : m_quarantined)
                if (const auto vm = ghost::quarantined(json, reason); vm && !next.vm(vm->id()))
                    next.putVm(*vm);
            for (const JournalEntry &entry : loaded->state.journal)
                next.putOperation(entry.operation);
            for (const Operation &operation : loaded->state.ended)
                next.putOperation(operation);
        });
    }
    for (const QString &warning : loaded->warnings)
        warn(warning);
    return commit();
}

Result<void> StateStore::commit()
{
    quint64 change = 0;
    {
        const std::scoped_lock lock(m_mutex);
        change = m_change;
    }
    auto written = m_store.commit(change, [this] { return saved(); });
    tellRoom();
    return written;
}

// The store is asked below the lock: of two writers, the last word is about the last write.
void StateStore::tellRoom()
{
    QString news;
    {
        const std::scoped_lock lock(m_mutex);
        news = m_store.roomWarning();
        if (news == m_roomWarning)
            return;
        publish([&](State &next) {
            QStringList warnings = next.warnings();
            warnings.removeOne(m_roomWarning);
            next.setWarnings(news.isEmpty() ? warnings : warnings << news);
        });
        m_roomWarning = news;
    }
    m_log.write(news.isEmpty() ? LogLevel::Info : LogLevel::Warning, QStringLiteral("state"),
                news.isEmpty() ? QStringLiteral("the disk has room again") : news);
}

std::pair<quint64, SavedState> StateStore::saved() const
{
    const std::scoped_lock lock(m_mutex);
    SavedState saved;
    saved.agentId = m_agentId;
    saved.networks = m_networks;
    saved.quarantined = m_quarantined;
    // In order of creation, as everywhere.
    for (const Vm &vm : m_state->vms())
        if (const auto at = m_records.find(vm.id()); at != m_records.end())
            saved.vms.append(at->second);
    for (const auto &[id, leftover] : m_leftovers)
        saved.leftovers.append(leftover);
    saved.journal = m_journal.unfinished();
    saved.ended = m_journal.unarchived();
    return {m_change, saved};
}

std::shared_ptr<const State> StateStore::state() const
{
    const std::scoped_lock lock(m_mutex);
    return m_state;
}

AgentId StateStore::agentId() const
{
    const std::scoped_lock lock(m_mutex);
    return m_agentId;
}

// The caller holds m_mutex.
void StateStore::publish(const std::function<void(State &)> &change)
{
    State next = *m_state;
    change(next);
    next.setGeneration(m_state->generation() + 1);
    m_state = std::make_shared<const State>(std::move(next));
}

// The caller holds m_mutex.
void StateStore::publishVm(const Vm &vm, const QString &kind)
{
    publish([&](State &next) { next.putVm(vm); });
    m_events.publish(kind, vm.id().toString(), vm.toCbor());
    const auto [begin, end] = m_watches.equal_range(vm.id());
    for (auto at = begin; at != end; ++at)
        if (const auto signal = at->second.lock())
            signal->raise();
}

std::optional<VmRecord> StateStore::record(VmId id) const
{
    const std::scoped_lock lock(m_mutex);
    const auto at = m_records.find(id);
    return at == m_records.end() ? std::optional<VmRecord>() : at->second;
}

QList<VmRecord> StateStore::records() const
{
    const std::scoped_lock lock(m_mutex);
    QList<VmRecord> records;
    for (const auto &[id, record] : m_records)
        records.append(record);
    return records;
}

Result<void> StateStore::addRecord(const VmRecord &record)
{
    const std::scoped_lock lock(m_mutex);
    if (m_state->vmByName(record.name))
        return Error(Code::AlreadyExists, QStringLiteral("a VM named '%1' exists").arg(record.name))
            .withField(QStringLiteral("name"));
    m_records[record.id] = record;
    ++m_change;
    Vm vm = record.toVm();
    vm.setState(VmState::Starting);
    publishVm(vm, QStringLiteral("vm.changed"));
    return {};
}

void StateStore::changeRecord(VmId id, const std::function<void(VmRecord &)> &change)
{
    const std::scoped_lock lock(m_mutex);
    const auto at = m_records.find(id);
    if (at == m_records.end())
        return;
    change(at->second);
    ++m_change;
    const auto before = m_state->vm(id);
    if (!before)
        return;
    Vm after = *before;
    at->second.describe(after);
    if (!(after == *before))
        publishVm(after, QStringLiteral("vm.changed"));
}

void StateStore::recordCreated(VmId id)
{
    const std::scoped_lock lock(m_mutex);
    const auto at = m_records.find(id);
    if (at == m_records.end())
        return;
    at->second.phase = VmRecord::Phase::Present;
    ++m_change;
    if (const auto vm = m_state->vm(id))
        publishVm(*vm, QStringLiteral("vm.created"));
}

void StateStore::dropRecord(VmId id, bool leftover)
{
    const std::scoped_lock lock(m_mutex);
    const auto at = m_records.find(id);
    if (at == m_records.end())
        return;
    if (leftover)
        m_leftovers[id] = {at->second, nowMs()};
    m_records.erase(at);
    m_observations.erase(id);
    ++m_change;
    if (const auto vm = m_state->vm(id)) {
        publishVm(*vm, QStringLiteral("vm.removed"));
        publish([&](State &next) { next.dropVm(id); });
    }
}

QList<Leftover> StateStore::leftovers() const
{
    const std::scoped_lock lock(m_mutex);
    QList<Leftover> leftovers;
    for (const auto &[id, leftover] : m_leftovers)
        leftovers.append(leftover);
    return leftovers;
}

void StateStore::dropLeftover(VmId id)
{
    const std::scoped_lock lock(m_mutex);
    m_change += m_leftovers.erase(id);
}

NetworkId StateStore::network(const QString &plugin)
{
    const std::scoped_lock lock(m_mutex);
    if (!m_networks.contains(plugin)) {
        m_networks.insert(plugin, NetworkId::create());
        ++m_change;
    }
    return m_networks.value(plugin);
}

void StateStore::changeVm(VmId id, const std::function<void(Vm &)> &change)
{
    const std::scoped_lock lock(m_mutex);
    const auto before = m_state->vm(id);
    if (!before)
        return;
    Vm after = *before;
    change(after);
    if (!(after == *before))
        publishVm(after, QStringLiteral("vm.changed"));
}

void StateStore::observe(const VmInfo &info)
{
    const std::scoped_lock lock(m_mutex);
    apply(info);
}

quint64 StateStore::observations(VmId id) const
{
    const std::scoped_lock lock(m_mutex);
    const auto at = m_observations.find(id);
    return at == m_observations.end() ? 0 : at->second;
}

bool StateStore::observeSince(quint64 observations, const VmInfo &info)
{
    const std::scoped_lock lock(m_mutex);
    if (m_observations[info.id()] != observations)
        return false;
    apply(info);
    return true;
}

// The caller holds m_mutex.
void StateStore::apply(const VmInfo &info)
{
    const auto before = m_state->vm(info.id());
    if (!before)
        return;
    ++m_observations[info.id()];
    if (const Vm after = observed(*before, info); !(after == *before))
        publishVm(after, QStringLiteral("vm.changed"));
}

void StateStore::observeUnknown(VmId id, const QString &problem)
{
    applySince({}, id, [&](const Vm &before) { return unknown(before, problem); });
}

bool StateStore::observeUnknownSince(quint64 observations, VmId id, const QString &problem)
{
    return applySince(observations, id, [&](const Vm &before) { return unknown(before, problem); });
}

bool StateStore::observeLostSince(quint64 observations, VmId id, const QString &problem)
{
    return applySince(observations, id, [&](const Vm &before) { return lost(before, problem); });
}

// What is observed without a VmInfo counts as well, so that a slower answer does not overwrite it.
bool StateStore::applySince(std::optional<quint64> observations, VmId id, const std::function<Vm(const Vm &)> &look)
{
    const std::scoped_lock lock(m_mutex);
    const auto before = m_state->vm(id);
    if (!before)
        return true;
    quint64 &count = m_observations[id];
    if (observations && *observations != count)
        return false;
    ++count;
    if (const Vm after = look(*before); !(after == *before))
        publishVm(after, QStringLiteral("vm.changed"));
    return true;
}

QList<QPair<QJsonObject, QString>> StateStore::quarantined() const
{
    const std::scoped_lock lock(m_mutex);
    return m_quarantined;
}

std::shared_ptr<void> StateStore::watch(VmId id, const std::shared_ptr<Signal> &signal)
{
    const std::scoped_lock lock(m_mutex);
    const auto at = m_watches.emplace(id, signal);
    return {static_cast<void *>(signal.get()), [this, at, signal](void *) {
                const std::scoped_lock unwatchLock(m_mutex);
                m_watches.erase(at);
            }};
}

void StateStore::putJournal(const JournalEntry &entry)
{
    const std::scoped_lock lock(m_mutex);
    m_journal.put(entry);
    ++m_change;
    publishOperation(entry.operation);
}

QList<JournalEntry> StateStore::journal() const
{
    const std::scoped_lock lock(m_mutex);
    return m_journal.unfinished();
}

void StateStore::changeOperation(OperationId id, const std::function<void(Operation &)> &change)
{
    const std::scoped_lock lock(m_mutex);
    if (const auto changed = m_journal.change(id, change))
        publishOperation(*changed);
}

void StateStore::addStep(OperationId id, const QString &step)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_change += m_journal.addStep(id, step);
    }
    changeOperation(id, [&](Operation &operation) {
        operation.setStep(step);
        operation.setPercent(-1);
    });
}

void StateStore::withdrawOperation(OperationId id, const Error &why)
{
    const std::scoped_lock lock(m_mutex);
    const auto withdrawn = m_journal.withdraw(id, [&](Operation &operation) {
        operation.setStatus(Operation::Status::Failed);
        operation.setError(why);
    });
    m_change += withdrawn.has_value();
    if (withdrawn)
        publishOperation(*withdrawn);
}

std::optional<Operation> StateStore::endOperation(OperationId id, const std::function<void(Operation &)> &change)
{
    const std::scoped_lock lock(m_mutex);
    auto ended = m_journal.end(id, change);
    m_change += ended.has_value();
    return ended;
}

void StateStore::announceEnd(const Operation &operation)
{
    const std::scoped_lock lock(m_mutex);
    publishOperation(operation);
}

// The caller holds m_mutex.
void StateStore::publishOperation(const Operation &operation)
{
    publish([&](State &next) {
        next.putOperation(operation);
        if (!operation.isEnded())
            return;
        qsizetype surplus = next.operations().size() - m_journal.unfinished().size() - endedOperationsKept;
        for (const QList<Operation> all = next.operations(); const Operation &known : all)
            if (known.isEnded() && surplus-- > 0)
                next.dropOperation(known.id());
    });
    m_events.publish(QStringLiteral("operation.changed"), operation.id().toString(), operation.toCbor());
}

QList<Operation> StateStore::unarchived() const
{
    const std::scoped_lock lock(m_mutex);
    return m_journal.unarchived();
}

void StateStore::archived(const QList<Operation> &operations)
{
    const std::scoped_lock lock(m_mutex);
    m_change += m_journal.archived(operations);
}

void StateStore::setPlugins(const QList<PluginStatus> &plugins, const std::optional<PluginStatus> &changed)
{
    const std::scoped_lock lock(m_mutex);
    publish([&](State &next) { next.setPlugins(plugins); });
    if (changed)
        m_events.publish(QStringLiteral("plugin.changed"), changed->id(), changed->toCbor());
}

void StateStore::setResources(const HostResources &resources)
{
    const std::scoped_lock lock(m_mutex);
    publish([&](State &next) { next.setResources(resources); });
}

void StateStore::setAgentVersion(const QString &version)
{
    const std::scoped_lock lock(m_mutex);
    publish([&](State &next) {
        next.setAgentVersion(version);
        next.setAgentStartedAtMs(nowMs());
    });
}

void StateStore::warn(const QString &warning)
{
    m_log.write(LogLevel::Warning, QStringLiteral("state"), warning);
    const std::scoped_lock lock(m_mutex);
    publish([&](State &next) { next.setWarnings(next.warnings() << warning); });
}

} // namespace ghost
