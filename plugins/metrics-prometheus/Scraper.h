// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "CloudFigures.h"
#include "LiveUsage.h"
#include "OperationDurations.h"
#include "ghost/Signal.h"
#include "http/BoundedTcpServer.h"

namespace ghost::metrics {

/// Puts pages together on a thread of its own: it may wait for hypervisors, and a page of a thousand VMs takes longer
/// than the main loop should stand still.
class Scraper
{
public:
    explicit Scraper(Agent &agent);
    ~Scraper();

    /// Wants a page; done() is raised when it is there. Wanted again meanwhile: another one follows.
    void request(const BoundedTcpServer::Refused &refused);
    /// The page, once.
    std::optional<QByteArray> take();
    Signal &done() { return m_done; }

private:
    void run(const std::stop_token &stop);
    QByteArray page(const BoundedTcpServer::Refused &refused, const std::stop_token &stop);

    Agent &m_agent;
    LiveUsage m_usage;
    CloudFigures m_cloud;
    std::shared_ptr<OperationDurations> m_durations;
    quint64 m_subscription = 0;
    Signal m_done;
    std::mutex m_mutex; ///< for the next two
    std::optional<BoundedTcpServer::Refused> m_wanted;
    std::optional<QByteArray> m_page;
    std::condition_variable_any m_changed;
    std::jthread m_thread;
};

} // namespace ghost::metrics
