// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <deque>
#include <map>
#include <mutex>

#include <QtCore/QSet>
#include <prometheus/histogram.h>

#include "Exposition.h"
#include "ghost/Agent.h"

namespace ghost::metrics {

/// How long the operations took that ended in this run of the agent, by command and code. Thread-safe.
class OperationDurations : public EventSink
{
public:
    explicit OperationDurations(const Agent &agent);

    /// What ended before anybody listened, or while events were lost. An operation is counted once.
    void catchUp();
    void event(const Event &event) override;
    void addTo(Exposition &page) const;

private:
    void count(const Operation &operation);

    const Agent &m_agent;
    mutable std::mutex m_mutex;
    std::map<std::pair<QString, QString>, prometheus::Histogram> m_histograms; ///< by command and code
    QSet<OperationId> m_counted; ///< the latest ones, those that could come again
    std::deque<OperationId> m_order;
};

} // namespace ghost::metrics
