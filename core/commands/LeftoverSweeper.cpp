// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/LeftoverSweeper.h"

#include <algorithm>

#include "Clock.h"
#include "WorkerPool.h"
#include "commands/VmParts.h"
#include "host/Contained.h"
#include "log/Log.h"
#include "state/StateStore.h"

namespace ghost {

namespace {
constexpr std::chrono::seconds sweepLimit{20};
/// Of a driver: one that hangs leaves others for questions.
constexpr int mostThreads = 2;
} // namespace

void LeftoverSweeper::sweep()
{
    for (const Leftover &leftover : m_services.store.leftovers()) {
        const QString &id = leftover.record.hypervisor;
        const auto hypervisor = m_services.drivers.hypervisor(id);
        if (!hypervisor)
            continue;
        const std::scoped_lock lock(m_mutex);
        if (!m_busy.insert(leftover.record.id).second)
            continue;
        Round &round = m_rounds[id];
        round.waiting.push_back(leftover);
        if (round.threads == mostThreads)
            continue; // one of them comes to it
        ++round.threads;
        hypervisor->questions->post([this, id] {
            while (const auto next = takeNext(id)) {
                sweepOne(*next);
                const std::scoped_lock done(m_mutex);
                m_busy.erase(next->record.id);
            }
        });
    }
}

std::optional<Leftover> LeftoverSweeper::takeNext(const QString &hypervisor)
{
    const std::scoped_lock lock(m_mutex);
    Round &round = m_rounds[hypervisor];
    if (round.waiting.empty()) {
        --round.threads;
        return {};
    }
    const Leftover next = round.waiting.front();
    round.waiting.pop_front();
    return next;
}

void LeftoverSweeper::sweepOne(const Leftover &leftover)
{
    const VmId vm = leftover.record.id;
    Call call({}, Call::Clock::now() + sweepLimit);
    const bool gone = contained(leftover.record.hypervisor, [&]() -> Result<bool> {
                          return isGone(leftover.record, call);
                      }).value_or(false);
    {
        const std::scoped_lock lock(m_mutex);
        if (!gone) {
            m_cleanSinceMs.erase(vm);
            return;
        }
        const qint64 since = m_cleanSinceMs.try_emplace(vm, nowMs()).first->second;
        if (nowMs() - since < m_staysClean.count())
            return;
        m_cleanSinceMs.erase(vm);
    }
    m_services.store.dropLeftover(vm);
    if (const auto written = m_services.store.commit(); !written)
        m_services.log.write(LogLevel::Error, QStringLiteral("leftovers"),
                             QStringLiteral("cannot save: %1").arg(written.error().text()), {}, vm);
}

bool LeftoverSweeper::isGone(const VmRecord &record, Call &call)
{
    auto parts = VmParts::of(record, m_services);
    if (!parts)
        return false;
    const auto infos = parts->hypervisor()->list(call);
    if (!infos)
        return false;
    const bool listed =
        std::any_of(infos->begin(), infos->end(), [&](const VmInfo &info) { return info.id() == record.id; });
    if (listed) {
        m_services.log.write(LogLevel::Warning, QStringLiteral("leftovers"),
                             QStringLiteral("'%1' came late: removed").arg(record.name), {}, record.id);
        if (!parts->remove(call))
            return false;
    }
    bool removed = !listed;
    if (parts->hasNetwork())
        removed = parts->unplug(call).has_value() && removed;
    if (parts->hasDisk())
        removed = parts->removeSeed(call).has_value() && parts->removeDisk(call).has_value() && removed;
    return removed;
}

} // namespace ghost
