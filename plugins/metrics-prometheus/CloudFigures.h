// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>

#include "Exposition.h"
#include "ghost/Agent.h"

namespace ghost::metrics {

/// How the tie to Ghost Cloud is, where there is one.
class CloudFigures
{
public:
    explicit CloudFigures(Agent &agent);

    /// Asks how it is, if somebody ties the agent to the cloud, and waits for the answer, at most @p patience. One
    /// question at a time.
    void refresh(std::chrono::milliseconds patience, std::stop_token stop);
    /// As it was told last; nothing where there is no cloud. @p nowMs: milliseconds since the epoch.
    void addTo(Exposition &page, qint64 nowMs) const;

private:
    struct Shared;
    class Sink;

    Agent &m_agent;
    std::shared_ptr<Shared> m_shared; ///< with the answer that comes after this is gone
};

} // namespace ghost::metrics
