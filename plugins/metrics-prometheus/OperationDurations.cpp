// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#include "OperationDurations.h"

#include <algorithm>

namespace ghost::metrics {

namespace {

constexpr std::size_t remembered = 10'000;
/// Seconds. A refusal takes milliseconds, a start of a guest seconds, an import of an image minutes.
const prometheus::Histogram::BucketBoundaries buckets = {0.01, 0.05, 0.1, 0.25, 0.5, 1,   2.5,
                                                         5,    10,   30,  60,   120, 300, 600};

} // namespace

OperationDurations::OperationDurations(const Agent &agent)
    : m_agent(agent)
{}

void OperationDurations::catchUp()
{
    const auto state = m_agent.state();
    const std::scoped_lock lock(m_mutex);
    const QList<Operation> operations = state->operations();
    for (const Operation &operation : operations)
        if (operation.endedAtMs() >= state->agentStartedAtMs())
            count(operation);
}

void OperationDurations::event(const Event &event)
{
    if (event.kind() == QLatin1String("resync")) {
        catchUp();
        return;
    }
    const std::scoped_lock lock(m_mutex);
    count(Operation::fromCbor(event.value()));
}

// The caller holds m_mutex.
void OperationDurations::count(const Operation &operation)
{
    if (!operation.isEnded() || m_counted.contains(operation.id()))
        return;
    m_counted.insert(operation.id());
    m_order.push_back(operation.id());
    if (m_order.size() > remembered) {
        m_counted.remove(m_order.front());
        m_order.pop_front();
    }
    const bool isOk = operation.status() == Operation::Status::Succeeded;
    const QString code = isOk ? QStringLiteral("OK") : codeName(operation.error().code());
    const auto at = m_histograms.try_emplace({operation.command(), code}, buckets).first;
    at->second.Observe(double(std::max(qint64(0), operation.endedAtMs() - operation.createdAtMs())) / 1000);
}

void OperationDurations::addTo(Exposition &page) const
{
    const std::scoped_lock lock(m_mutex);
    for (const auto &[outcome, histogram] : m_histograms)
        page.add(Metric::OperationDuration, {outcome.first, outcome.second}, histogram.Collect().histogram);
}

} // namespace ghost::metrics
