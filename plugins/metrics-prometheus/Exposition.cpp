// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#include "Exposition.h"

#include <sstream>

#include <prometheus/text_serializer.h>

namespace ghost::metrics {

namespace {

prometheus::MetricType typeOf(MetricKind kind)
{
    switch (kind) {
    case MetricKind::Gauge:
        return prometheus::MetricType::Gauge;
    case MetricKind::Counter:
        return prometheus::MetricType::Counter;
    case MetricKind::Histogram:
        return prometheus::MetricType::Histogram;
    case MetricKind::Unspecified:
        break;
    }
    return prometheus::MetricType::Untyped;
}

std::vector<std::string> words(const std::string &text)
{
    std::istringstream in(text);
    std::vector<std::string> words;
    for (std::string word; in >> word;)
        words.push_back(word);
    return words;
}

} // namespace

Exposition::Exposition()
{
    for (const MetricDescription &description : metricTable()) {
        m_families.push_back({description.name, description.help, typeOf(description.kind), {}});
        m_labels.push_back(words(description.labels));
    }
}

void Exposition::add(Metric metric, const QStringList &labels, double value)
{
    prometheus::ClientMetric &series = addSeries(metric, labels);
    if (describe(metric).kind == MetricKind::Counter)
        series.counter.value = value;
    else
        series.gauge.value = value;
}

void Exposition::add(Metric metric, const QStringList &labels, const prometheus::ClientMetric::Histogram &histogram)
{
    addSeries(metric, labels).histogram = histogram;
}

prometheus::ClientMetric &Exposition::addSeries(Metric metric, const QStringList &labels)
{
    const auto &names = m_labels[std::size_t(metric)];
    Q_ASSERT(labels.size() == qsizetype(names.size()));
    auto &all = m_families[std::size_t(metric)].metric;
    prometheus::ClientMetric &series = all.emplace_back();
    for (std::size_t i = 0; i < names.size(); ++i)
        series.label.push_back({names[i], labels.value(qsizetype(i)).toStdString()});
    return series;
}

QByteArray Exposition::text() const
{
    std::vector<prometheus::MetricFamily> present;
    for (const prometheus::MetricFamily &family : m_families)
        if (!family.metric.empty())
            present.push_back(family);
    std::ostringstream out;
    prometheus::TextSerializer().Serialize(out, present);
    return QByteArray::fromStdString(out.str());
}

} // namespace ghost::metrics
