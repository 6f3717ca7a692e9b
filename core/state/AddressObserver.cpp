// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "state/AddressObserver.h"

#include <algorithm>

#include "Clock.h"
#include "host/Contained.h"
#include "host/Drivers.h"
#include "state/AddressProbe.h"
#include "state/StateStore.h"

namespace ghost {

namespace {

constexpr std::chrono::seconds addressLimit{20};
constexpr std::chrono::milliseconds probeLimit{3'000};
constexpr int probePort = 22;
/// An older lease was taken by its guest long ago: no need to knock.
constexpr qint64 freshLeaseMs = 10'000;

// A lease outlives the boot that got it: only one that is newer than this power-on counts. Leases know whole seconds.
bool isOfThisPowerOn(const Address &address, const Vm &vm)
{
    return vm.startedAtMs() > 0 && address.sinceMs() >= vm.startedAtMs() / 1000 * 1000;
}

} // namespace

AddressObserver::AddressObserver(StateStore &store, const Drivers &drivers)
    : m_store(store)
    , m_drivers(drivers)
{}

void AddressObserver::take(VmId vm)
{
    const auto record = m_store.record(vm);
    const auto driver = m_drivers.network(record ? record->network : QString());
    const auto before = m_store.state()->vm(vm);
    if (!record || record->network.isEmpty() || !driver || !before)
        return;
    if (before->state() != VmState::Running && before->state() != VmState::Paused)
        return; // a paused guest keeps its address
    Call call({}, Call::Clock::now() + addressLimit);
    const auto addresses = contained(driver->plugin, [&] { return (*driver)->addresses(vm, call); });
    if (!addresses)
        return;
    QList<Address> present;
    for (const Address &address : *addresses)
        if (isOfThisPowerOn(address, *before) && !countedEarlier(vm, before->startedAtMs(), address.sinceMs()))
            present.append(address);
    const auto isKnown = [&](const Address &address) {
        return address.ip() == before->address() && address.endpoint() == before->endpoint();
    };
    // Of several that count, the one that was told first stays.
    if (present.isEmpty() || std::ranges::any_of(present, isKnown))
        return;
    const Address &address = present.first();
    const bool listens = before->state() == VmState::Running && address.endpoint().isEmpty();
    if (listens && nowMs() - address.sinceMs() < freshLeaseMs)
        answers(address.ip(), probePort, probeLimit, call);
    m_store.changeVm(vm, [&](Vm &changed) {
        if (changed.startedAtMs() != before->startedAtMs())
            return; // another power-on since
        changed.setAddress(address.ip());
        changed.setEndpoint(address.endpoint());
        remember(vm, before->startedAtMs(), address.sinceMs());
    });
}

// Whole seconds do not tell whether a lease came before or after a power-on in the same second: a VM that is restarted
// as soon as it has its address would have it again before its guest is up. So the earlier power-on's lease is
// remembered.
bool AddressObserver::countedEarlier(VmId vm, qint64 startedAtMs, qint64 sinceMs) const
{
    const std::scoped_lock lock(m_mutex);
    const auto counted = m_counted.find(vm);
    return counted != m_counted.end() && counted->second.sinceMs == sinceMs &&
           counted->second.startedAtMs != startedAtMs;
}

void AddressObserver::remember(VmId vm, qint64 startedAtMs, qint64 sinceMs)
{
    const std::scoped_lock lock(m_mutex);
    m_counted[vm] = {startedAtMs, sinceMs};
}

} // namespace ghost
