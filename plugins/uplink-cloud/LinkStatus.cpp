// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "LinkStatus.h"

#include <array>

#include <QtCore/QCborArray>

namespace ghost::uplink {

namespace {

/// CloudState's short names.
constexpr std::array states = {"unspecified", "registering", "connected", "unreachable", "refused", "left"};

/// What the cloud says, in words or by what it does not take.
QString noticeOf(const LinkStatus::Facts &facts)
{
    if (facts.refusals == 0)
        return facts.notice;
    const QString refused =
        QStringLiteral("%1 refused for good, the last: %2").arg(facts.refusals).arg(facts.lastRefusal);
    return facts.notice.isEmpty() ? refused : facts.notice + QStringLiteral("; ") + refused;
}

} // namespace

LinkStatus::Facts LinkStatus::facts() const
{
    const std::lock_guard lock(m_mutex);
    return m_facts;
}

void LinkStatus::edit(const std::function<void(Facts &)> &change)
{
    const std::lock_guard lock(m_mutex);
    change(m_facts);
}

QCborMap statusToCbor(const LinkStatus::Facts &facts, const CloudIdentity &identity)
{
    QCborMap map{{QStringLiteral("state"), QLatin1String(states.at(std::size_t(facts.state)))},
                 {QStringLiteral("problem"), facts.problem},
                 {QStringLiteral("endpoint"), identity.endpoint},
                 {QStringLiteral("agent_id"), identity.agent},
                 {QStringLiteral("paused"), identity.isPaused},
                 {QStringLiteral("latency_milliseconds"), facts.latencyMs},
                 {QStringLiteral("interval_seconds"), facts.intervalSeconds},
                 {QStringLiteral("outbox_reports"), facts.outboxReports},
                 {QStringLiteral("pending_commands"), facts.pendingCommands},
                 {QStringLiteral("allowed_commands"), QCborArray::fromStringList(identity.allowed)},
                 {QStringLiteral("addresses"), QCborArray::fromStringList(facts.addresses)},
                 {QStringLiteral("tailnet"), facts.tailnet},
                 {QStringLiteral("notice"), noticeOf(facts)},
                 {QStringLiteral("stream_open"), facts.isStreamOpen},
                 {QStringLiteral("heartbeats_total"), qint64(facts.heartbeats)},
                 {QStringLiteral("heartbeats_failed_total"), qint64(facts.failedHeartbeats)}};
    if (facts.lastSuccessMs > 0)
        map.insert(QStringLiteral("last_success"), facts.lastSuccessMs);
    if (facts.lastAttemptMs > 0)
        map.insert(QStringLiteral("last_attempt"), facts.lastAttemptMs);
    return map;
}

} // namespace ghost::uplink
