// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <vector>

#include <QtCore/QByteArray>
#include <QtCore/QStringList>
#include <prometheus/metric_family.h>

#include "MetricTable.h"

namespace ghost::metrics {

/// Prometheus wants base units.
inline double seconds(qint64 milliseconds)
{
    return double(milliseconds) / 1000;
}

/// One scrape's page under construction. Made anew each time from what is there now, so that the series of a VM that
/// is gone are gone, too.
class Exposition
{
public:
    Exposition();

    /// @p labels: the values of the metric's labels, as many and in the order as the table has them.
    void add(Metric metric, const QStringList &labels, double value);
    void add(Metric metric, const QStringList &labels, const prometheus::ClientMetric::Histogram &histogram);

    /// In Prometheus' text format.
    QByteArray text() const;

private:
    prometheus::ClientMetric &addSeries(Metric metric, const QStringList &labels);

    std::vector<prometheus::MetricFamily> m_families; ///< in the order of Metric
    std::vector<std::vector<std::string>> m_labels;   ///< their names, likewise
};

} // namespace ghost::metrics
