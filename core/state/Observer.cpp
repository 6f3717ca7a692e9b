// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "state/Observer.h"

#include "WorkerPool.h"
#include "host/Contained.h"
#include "host/Drivers.h"
#include "log/Log.h"
#include "state/StateStore.h"

namespace ghost {

namespace {

constexpr std::chrono::seconds questionLimit{20};

Call::Clock::time_point soon()
{
    return Call::Clock::now() + questionLimit;
}

// A paused guest keeps its address.
bool hasGuest(VmState state)
{
    return state == VmState::Running || state == VmState::Paused;
}

} // namespace

/// A question under way: when its driver does not come back from it, its VMs are Unknown.
class Observer::Asked
{
public:
    Asked(Observer &observer, const Seen &seen)
        : m_observer(observer)
    {
        {
            const std::scoped_lock lock(observer.m_mutex);
            observer.m_underWay[m_id] = seen;
        }
        observer.m_watch.watch(m_id, Call::Clock::now() + observer.m_patience);
    }
    ~Asked()
    {
        m_observer.m_watch.forget(m_id);
        const std::scoped_lock lock(m_observer.m_mutex);
        m_observer.m_underWay.erase(m_id);
    }
    Asked(const Asked &) = delete;
    Asked &operator=(const Asked &) = delete;

private:
    Observer &m_observer;
    const OperationId m_id = OperationId::create();
};

Observer::Observer(StateStore &store, const Drivers &drivers, Log &log, std::function<void(const QString &)> listed,
                   std::chrono::milliseconds patience)
    : m_store(store)
    , m_drivers(drivers)
    , m_log(log)
    , m_listed(std::move(listed))
    , m_patience(patience)
    , m_addresses(store, drivers)
    , m_retries([this](const RetryTimer::Question &question) { askAgain(question); })
    , m_watch([this](OperationId question) { overdue(question); })
{}

// Its late answer, if one comes, is older than this word: it leads to another question.
void Observer::overdue(OperationId question)
{
    Seen seen;
    {
        const std::scoped_lock lock(m_mutex);
        if (const auto at = m_underWay.find(question); at != m_underWay.end())
            seen = at->second;
    }
    for (const auto &[vm, observations] : seen)
        m_store.observeUnknownSince(observations, vm, QStringLiteral("its driver does not answer"));
}

void Observer::event(const QString &plugin, const DriverEvent &event)
{
    if (event.kind == DriverEvent::Kind::Resync) {
        resync(plugin);
        return;
    }
    const auto record = m_store.record(event.vm);
    if (!record || (record->hypervisor != plugin && record->network != plugin)) {
        m_log.write(LogLevel::Debug, QStringLiteral("observer"),
                    QStringLiteral("%1 told of a VM that it does not own").arg(plugin), {}, event.vm);
        return;
    }
    ask(event.vm, event.kind == DriverEvent::Kind::AddressChanged ? Question::Address : Question::Inspect);
}

void Observer::inspect(VmId vm)
{
    ask(vm, Question::Inspect);
}

void Observer::ask(VmId vm, Question question)
{
    const auto record = m_store.record(vm);
    if (!record)
        return;
    WorkerPool *pool = nullptr;
    if (question == Question::Inspect) {
        if (const auto driver = m_drivers.hypervisor(record->hypervisor))
            pool = driver->questions;
    } else if (const auto driver = m_drivers.network(record->network)) {
        pool = driver->questions;
    }
    if (!pool)
        return;
    {
        const std::scoped_lock lock(m_mutex);
        if (const auto [at, fresh] = m_asking.try_emplace({vm, question}, false); !fresh) {
            at->second = true;
            return;
        }
    }
    const Seen seen = question == Question::Inspect ? Seen{{vm, m_store.observations(vm)}} : Seen{};
    pool->post([this, vm, question, asked = std::make_shared<Asked>(*this, seen)] { answer(vm, question); });
}

void Observer::answer(VmId vm, Question question)
{
    if (question == Question::Inspect)
        takeInspect(vm);
    else
        m_addresses.take(vm);
    bool again = false;
    {
        const std::scoped_lock lock(m_mutex);
        const auto at = m_asking.find({vm, question});
        again = at->second;
        m_asking.erase(at);
    }
    if (again)
        ask(vm, question);
}

void Observer::takeInspect(VmId vm)
{
    const auto record = m_store.record(vm);
    const auto driver = m_drivers.hypervisor(record ? record->hypervisor : QString());
    if (!record || !driver) {
        m_retries.settled(vm);
        return;
    }
    const quint64 seen = m_store.observations(vm);
    Call call({}, soon());
    const auto info = contained(driver->plugin, [&] { return (*driver)->inspect(vm, call); });
    if (!info && info.error().code() != Code::NotFound) {
        m_store.observeUnknownSince(seen, vm, info.error().message());
        m_retries.failed(vm);
        return;
    }
    if (info && info->state() == VmState::Unknown)
        m_retries.failed(vm); // it could not tell, and need not tell when it can
    else
        m_retries.settled(vm);
    bool isTaken = true;
    if (info)
        isTaken = m_store.observeSince(seen, *info);
    else if (record->phase == VmRecord::Phase::Present)
        isTaken = m_store.observeLostSince(
            seen, vm,
            QStringLiteral("%1 does not know it any more; `ghostctl vm start %2` makes it again")
                .arg(driver->plugin, record->name));
    if (!isTaken)
        ask(vm, Question::Inspect); // something newer came meanwhile, so once more
    else if (info && hasGuest(info->state()) && !record->network.isEmpty())
        ask(vm, Question::Address);
}

void Observer::resync(const QString &hypervisor)
{
    if (const auto driver = m_drivers.hypervisor(hypervisor)) {
        {
            const std::scoped_lock lock(m_mutex);
            if (const auto [at, fresh] = m_listing.try_emplace(hypervisor, false); !fresh) {
                at->second = true;
                return;
            }
        }
        driver->questions->post(
            [this, hypervisor, asked = std::make_shared<Asked>(*this, seenOf(hypervisor))] { answerList(hypervisor); });
        return;
    }
    // A network came back: what it knows may be new for every VM on it.
    for (const VmRecord &record : m_store.records())
        if (record.network == hypervisor)
            ask(record.id, Question::Address);
}

Observer::Seen Observer::seenOf(const QString &hypervisor) const
{
    Seen seen;
    for (const VmRecord &record : m_store.records())
        if (record.hypervisor == hypervisor)
            seen[record.id] = m_store.observations(record.id);
    return seen;
}

void Observer::answerList(const QString &hypervisor)
{
    takeList(hypervisor);
    bool again = false;
    {
        const std::scoped_lock lock(m_mutex);
        const auto at = m_listing.find(hypervisor);
        again = at->second;
        m_listing.erase(at);
    }
    if (again)
        resync(hypervisor);
}

void Observer::takeList(const QString &hypervisor)
{
    const auto driver = m_drivers.hypervisor(hypervisor);
    if (!driver)
        return;
    Seen seen = seenOf(hypervisor);
    Call call({}, soon());
    const auto infos = contained(driver->plugin, [&] { return (*driver)->list(call); });
    if (!infos) {
        for (const auto &[vm, observations] : seen)
            m_store.observeUnknownSince(observations, vm, infos.error().message());
        m_retries.failed(hypervisor);
        return;
    }
    m_retries.settled(hypervisor);
    QList<VmId> running;
    for (const VmInfo &info : *infos) {
        const auto at = seen.find(info.id());
        if (at == seen.end()) {
            noteStranger(driver->plugin, info.id());
            continue;
        }
        if (!m_store.observeSince(at->second, info))
            ask(info.id(), Question::Inspect);
        else if (hasGuest(info.state()))
            running.append(info.id());
        else if (info.state() == VmState::Unknown)
            m_retries.failed(info.id());
        seen.erase(at);
    }
    // Not in the list: let inspect say so, one by one.
    for (const auto &[vm, observations] : seen)
        ask(vm, Question::Inspect);
    takeAddresses(hypervisor, running);
}

// The list is told when all addresses are there, so that whoever waits for it finds them; on the networks' own threads,
// because a network that hangs is no reason to know less of its guests.
void Observer::takeAddresses(const QString &hypervisor, const QList<VmId> &vms)
{
    const std::shared_ptr<void> told(nullptr, [this, hypervisor](void *) { m_listed(hypervisor); });
    for (const VmId vm : vms) {
        const auto record = m_store.record(vm);
        const auto network = m_drivers.network(record ? record->network : QString());
        if (record && !record->network.isEmpty() && network)
            network->questions->post([this, vm, told] { m_addresses.take(vm); });
    }
}

// A driver may answer late or not at all without ever calling itself down, and then it tells of no change either.
void Observer::askAgain(const RetryTimer::Question &question)
{
    const auto *vm = std::get_if<VmId>(&question);
    const auto record = vm ? m_store.record(*vm) : std::nullopt;
    const QString hypervisor = vm ? (record ? record->hypervisor : QString()) : std::get<QString>(question);
    // Once the driver is back, its whole list is asked for.
    if (hypervisor.isEmpty() || !m_drivers.hypervisor(hypervisor))
        m_retries.settled(question);
    else if (vm)
        ask(*vm, Question::Inspect);
    else
        resync(hypervisor);
}

// It carries our tag, but nobody here knows it: perhaps an older state file was restored. Never touched on doubt.
void Observer::noteStranger(const QString &plugin, VmId vm)
{
    for (const Leftover &leftover : m_store.leftovers())
        if (leftover.record.id == vm)
            return;
    if (m_store.state()->vm(vm))
        return; // made meanwhile, or its record is quarantined
    {
        const std::scoped_lock lock(m_mutex);
        if (!m_strangers.insert(vm).second)
            return;
    }
    m_store.warn(QStringLiteral("%1 holds a VM %2 of this agent that has no record here; it is left alone")
                     .arg(plugin, vm.toString()));
}

void Observer::lost(const QString &hypervisor, const QString &reason)
{
    for (const VmRecord &record : m_store.records())
        if (record.hypervisor == hypervisor)
            m_store.observeUnknown(record.id, reason);
}

} // namespace ghost
