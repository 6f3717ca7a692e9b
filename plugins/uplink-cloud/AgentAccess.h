// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <shared_mutex>

#include "ghost/Agent.h"

namespace ghost::uplink {

/// The agent, until the frontend is closed: from then on nobody reaches it, whatever threads still run. Thread-safe.
class AgentAccess
{
public:
    /// @p heard is called for every event that may mean something here, on a thread of the core; it must only post.
    AgentAccess(Agent &agent, std::function<void(const Event &)> heard);
    ~AgentAccess();

    /// Null once closed.
    std::shared_ptr<const State> state() const;
    /// Once closed: Unavailable, as from an agent that stops.
    Result<OperationId> submit(const Command &command, const Principal &principal);
    void query(const Query &query, const Principal &principal, std::shared_ptr<ReplySink> sink);
    /// Returns when no call to the agent runs any more.
    void close();

private:
    mutable std::shared_mutex m_mutex;
    Agent *m_agent;
    quint64 m_subscription = 0;
};

} // namespace ghost::uplink
