// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#include "CloudFigures.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <optional>

namespace ghost::metrics {

namespace {

bool hasCloud(const State &state)
{
    const QList<PluginStatus> plugins = state.plugins();
    return std::any_of(plugins.begin(), plugins.end(), [](const PluginStatus &plugin) {
        return plugin.stage() == PluginStatus::Stage::Active && plugin.facets().contains(QStringLiteral("CloudLink"));
    });
}

} // namespace

struct CloudFigures::Shared
{
    std::mutex mutex;
    std::condition_variable_any changed;
    std::optional<QCborMap> status; ///< CloudStatus, as it was told last
    bool isAwaited = false;
};

class CloudFigures::Sink final : public ReplySink
{
public:
    explicit Sink(std::shared_ptr<Shared> shared)
        : m_shared(std::move(shared))
    {}

    void answered(const Result<QCborMap> &reply) override
    {
        const std::scoped_lock lock(m_shared->mutex);
        m_shared->isAwaited = false;
        m_shared->status.reset();
        if (reply)
            m_shared->status = reply->value(QStringLiteral("status")).toMap();
        m_shared->changed.notify_all();
    }

private:
    const std::shared_ptr<Shared> m_shared;
};

CloudFigures::CloudFigures(Agent &agent)
    : m_agent(agent)
    , m_shared(std::make_shared<Shared>())
{}

void CloudFigures::refresh(std::chrono::milliseconds patience, std::stop_token stop)
{
    const bool isThere = hasCloud(*m_agent.state());
    {
        const std::scoped_lock lock(m_shared->mutex);
        if (!isThere)
            m_shared->status.reset();
        if (!isThere || std::exchange(m_shared->isAwaited, true))
            return;
    }
    m_agent.query(Query(QStringLiteral("GetCloudStatus"), {}),
                  Principal(Principal::Kind::Agent, QStringLiteral("metrics")), std::make_shared<Sink>(m_shared));
    std::unique_lock lock(m_shared->mutex);
    m_shared->changed.wait_for(lock, std::move(stop), patience, [this] { return !m_shared->isAwaited; });
}

void CloudFigures::addTo(Exposition &page, qint64 nowMs) const
{
    std::optional<QCborMap> status;
    {
        const std::scoped_lock lock(m_shared->mutex);
        status = m_shared->status;
    }
    if (!status)
        return;
    const auto number = [&](const char *key) { return status->value(QLatin1String(key)).toInteger(); };
    const bool isConnected = status->value(QStringLiteral("state")).toString() == QLatin1String("connected");
    page.add(Metric::HeartbeatSuccess, {}, isConnected ? 1 : 0);
    if (const qint64 success = number("last_success")) {
        page.add(Metric::HeartbeatAge, {}, seconds(std::max<qint64>(0, nowMs - success)));
        page.add(Metric::HeartbeatLatency, {}, seconds(number("latency_milliseconds")));
    }
    page.add(Metric::CloudOutboxReports, {}, double(number("outbox_reports")));
}

} // namespace ghost::metrics
