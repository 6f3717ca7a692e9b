// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>

#include <QtCore/QList>
#include <QtCore/QStringList>

#include "ghost/Agent.h"
#include "ghost/VmUsage.h"

namespace ghost::metrics {

/// What each hypervisor said last of its running VMs, and how long ago. One question at a time for each, so that a hung
/// one ties up a single thread of its own, however often somebody looks.
class LiveUsage
{
public:
    using Clock = std::chrono::steady_clock;

    struct Answer
    {
        QList<VmUsage> usages;               ///< the last good ones
        std::optional<Clock::time_point> at; ///< when they came
        bool isAwaited = false;              ///< a question is open
        std::optional<Error> error;          ///< of the last answer
        bool isStale() const { return isAwaited || error.has_value(); }
        bool isSupported() const { return !error || error->code() != Code::Unsupported; }
    };

    explicit LiveUsage(Agent &agent);

    /// Asks those of @p hypervisors that have no question open, and waits for these answers, at most @p patience.
    void refresh(const QStringList &hypervisors, std::chrono::milliseconds patience, std::stop_token stop);
    std::map<QString, Answer> answers() const;

private:
    struct Shared;
    class Sink;

    Agent &m_agent;
    std::shared_ptr<Shared> m_shared; ///< with the answers that come after this is gone
};

} // namespace ghost::metrics
