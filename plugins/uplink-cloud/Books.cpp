// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Books.h"

#include <algorithm>

namespace ghost::uplink {

namespace {

constexpr int mostResults = 64;
const QString outboxMatter = QStringLiteral("outbox");

} // namespace

Books::Books(Parts parts)
    : m_parts(std::move(parts))
    , m_lookup(m_parts.agent, [desk = &m_parts.desk] { desk->wake(); })
    , m_outbox(m_parts.desk.database(), m_parts.options.outboxLimit)
    , m_changes(m_parts.desk.database())
    , m_reporter(m_parts.desk.database(), m_outbox, m_changes)
    , m_store(m_parts.desk.database())
    , m_runner({m_store, m_changes, m_parts.agent, m_lookup, m_parts.identity, m_parts.session, m_parts.context},
               m_parts.options.allowed, m_parts.options.clock)
{}

Result<Desk::Clock::time_point> Books::look()
{
    const auto state = m_parts.agent.state();
    if (!state)
        return Desk::Clock::time_point::max();
    if (!m_parts.identity.facts().hasLeft)
        if (auto told = tellChanges(*state); !told)
            return told.error();
    const auto patience = m_runner.look(*state);
    if (!patience)
        return patience.error();
    if (auto counted = count(); !counted)
        return counted.error();
    m_parts.hasCargo();
    return Desk::Clock::now() + *patience;
}

Result<void> Books::tellChanges(const State &state)
{
    const auto isComplete = m_reporter.look(state);
    if (!isComplete)
        return isComplete.error();
    if (*isComplete)
        m_parts.health.clear(outboxMatter);
    else
        m_parts.health.degraded(outboxMatter,
                                QStringLiteral("%1 reports wait for the cloud: what changes now is told when it has "
                                               "taken some")
                                    .arg(m_parts.options.outboxLimit));
    return {};
}

/// What the status tells of the database.
Result<void> Books::count()
{
    const auto reports = m_outbox.count();
    const auto last = m_outbox.lastSequence();
    const auto commands = m_store.counts();
    if (!reports || !last || !commands)
        return !reports ? reports.error() : !last ? last.error() : commands.error();
    m_parts.status.edit([&](LinkStatus::Facts &facts) {
        facts.outboxReports = *reports;
        facts.pendingCommands = commands->unacknowledged;
        facts.lastSequence = std::max(facts.lastSequence, *last);
    });
    return {};
}

Result<void> Books::registered(quint64 lastSequence)
{
    return m_parts.desk.ask([&]() -> Result<void> {
        auto done = m_outbox.continueAfter(lastSequence);
        return done ? count() : done;
    });
}

void Books::receive(const cloud::v1::Command &command)
{
    const auto accepted = m_parts.desk.ask([&] { return m_runner.accept(command); });
    if (!accepted)
        m_parts.context.log(LogLevel::Error,
                            QStringLiteral("a command of the cloud is not taken: %1").arg(accepted.error().text()));
    m_parts.desk.wake();
}

Result<Courier::Cargo> Books::load()
{
    Courier::Cargo cargo;
    const auto loaded = m_parts.desk.ask([&]() -> Result<void> {
        if (m_parts.identity.facts().hasLeft)
            if (auto ended = endWaiting(); !ended)
                return ended;
        const auto results = m_store.ended(mostResults);
        if (!results)
            return results.error();
        const auto report = m_outbox.next();
        if (!report)
            return report.error();
        cargo.report = *report;
        cargo.results = *results;
        return count();
    });
    return loaded ? Result<Courier::Cargo>(std::move(cargo)) : Result<Courier::Cargo>(loaded.error());
}

/// Who has left begins nothing any more, and the farewell waits for what is said about it.
Result<void> Books::endWaiting()
{
    const auto state = m_parts.agent.state();
    const auto looked = state ? m_runner.look(*state) : Result<std::chrono::milliseconds>(std::chrono::milliseconds(0));
    return looked ? Result<void>() : Result<void>(looked.error());
}

Result<void> Books::delivered(const Courier::Cargo &cargo)
{
    if (cargo.isEmpty())
        return {};
    auto kept = m_parts.desk.ask([&]() -> Result<void> {
        QStringList ids;
        for (const StoredCommand &command : cargo.results)
            ids.append(command.id);
        if (auto ok = m_store.settle(ids, cargo.refusedCommands); !ok)
            return ok;
        if (cargo.report)
            if (auto ok = m_outbox.acknowledge(cargo.report->sequence); !ok)
                return ok;
        return count();
    });
    if (kept)
        tellRefusals(cargo.refusals);
    if (m_parts.status.facts().outboxReports + 1 >= m_parts.options.outboxLimit)
        m_parts.desk.wake(); // something may wait for the room
    return kept;
}

void Books::tellRefusals(const QStringList &refusals)
{
    for (const QString &refusal : refusals) {
        m_parts.context.log(LogLevel::Warning, QStringLiteral("the cloud will never take %1").arg(refusal));
        m_parts.status.edit([&](LinkStatus::Facts &facts) {
            ++facts.refusals;
            facts.lastRefusal = refusal;
        });
    }
}

} // namespace ghost::uplink
