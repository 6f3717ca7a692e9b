// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#include "Scraper.h"

#include <QtCore/QDateTime>

#include "ProcessFigures.h"
#include "StateFigures.h"

namespace ghost::metrics {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// Those who scrape wait for 10 s by default, some for 5.
constexpr auto hypervisorPatience = 1s;
/// The cloud's state comes from memory.
constexpr auto cloudPatience = 200ms;

void addRefused(Exposition &page, const BoundedTcpServer::Refused &refused)
{
    page.add(Metric::ConnectionsRefused, {QStringLiteral("crowded")}, double(refused.crowded));
    page.add(Metric::ConnectionsRefused, {QStringLiteral("too_large")}, double(refused.tooLarge));
    page.add(Metric::ConnectionsRefused, {QStringLiteral("too_slow")}, double(refused.tooSlow));
}

} // namespace

Scraper::Scraper(Agent &agent)
    : m_agent(agent)
    , m_usage(agent)
    , m_cloud(agent)
    , m_durations(std::make_shared<OperationDurations>(agent))
{
    EventFilter filter;
    filter.kinds = {QStringLiteral("operation.changed")};
    m_subscription = agent.subscribe(filter, m_durations);
    m_durations->catchUp();
    m_thread = std::jthread([this](const std::stop_token &stop) { run(stop); });
}

Scraper::~Scraper()
{
    m_agent.unsubscribe(m_subscription);
    m_thread.request_stop();
    m_thread.join();
}

void Scraper::request(const BoundedTcpServer::Refused &refused)
{
    const std::scoped_lock lock(m_mutex);
    m_wanted = refused;
    m_changed.notify_all();
}

std::optional<QByteArray> Scraper::take()
{
    const std::scoped_lock lock(m_mutex);
    return std::exchange(m_page, {});
}

void Scraper::run(const std::stop_token &stop)
{
    std::unique_lock lock(m_mutex);
    while (m_changed.wait(lock, stop, [this] { return m_wanted.has_value(); })) {
        const BoundedTcpServer::Refused refused = *std::exchange(m_wanted, {});
        lock.unlock();
        const QByteArray text = page(refused, stop);
        lock.lock();
        m_page = text;
        m_done.raise();
    }
}

QByteArray Scraper::page(const BoundedTcpServer::Refused &refused, const std::stop_token &stop)
{
    const auto begin = steady_clock::now();
    m_usage.refresh(activeHypervisors(*m_agent.state()), hypervisorPatience, stop);
    m_cloud.refresh(cloudPatience, stop);
    const auto state = m_agent.state(); // after the wait: what was removed meanwhile is gone
    Exposition page;
    addStateFigures(page, *state);
    addUsageFigures(page, *state, m_usage.answers());
    m_durations->addTo(page);
    m_cloud.addTo(page, QDateTime::currentMSecsSinceEpoch());
    addRefused(page, refused);
    addProcessFigures(page);
    page.add(Metric::ScrapeDuration, {}, std::chrono::duration<double>(steady_clock::now() - begin).count());
    return page.text();
}

} // namespace ghost::metrics
