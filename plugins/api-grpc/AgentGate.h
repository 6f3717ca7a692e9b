// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <mutex>
#include <set>

#include "ghost/Agent.h"

namespace ghost::api {

/// What every call ends with once the agent stops.
Error agentIsStopping();

/// The agent until it is closed. Then no call reaches it any more, whichever of gRPC's threads still runs: so nobody
/// has to wait for them before Frontend::close returns. Thread-safe.
class AgentGate final : public Agent
{
public:
    explicit AgentGate(Agent &agent);

    /// Waits for the calls under way (none waits for a driver) and ends all subscriptions. Not from within a sink.
    void close();

    // After close: Unavailable, and the state as it was then.
    Result<OperationId> submit(const Command &command, const Principal &principal) override;
    Result<void> cancel(OperationId operation, const Principal &principal) override;
    std::shared_ptr<const State> state() const override;
    /// 0 after close.
    quint64 subscribe(const EventFilter &filter, std::shared_ptr<EventSink> sink) override;
    void unsubscribe(quint64 subscription) override;
    void query(const Query &query, const Principal &principal, std::shared_ptr<ReplySink> sink) override;
    void openStream(const Query &request, const Principal &principal, std::shared_ptr<StreamSink> sink) override;

private:
    enum class Stage : int { Unspecified = 0, Open, Closing, Closed };
    class Passage;

    Agent &m_agent;
    mutable std::mutex m_mutex; // for what follows
    mutable std::condition_variable m_changed;
    Stage m_stage = Stage::Open;
    mutable int m_underWay = 0;
    std::set<quint64> m_subscriptions;
    std::shared_ptr<const State> m_last; // once it is closed
};

} // namespace ghost::api
