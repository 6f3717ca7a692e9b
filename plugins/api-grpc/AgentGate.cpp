// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "AgentGate.h"

namespace ghost::api {

Error agentIsStopping()
{
    return Error(Code::Unavailable, QStringLiteral("the agent is stopping"))
        .withHint(QStringLiteral("operations under way are kept; ask again later"));
}

/// One call on its way through, if it is let in.
class AgentGate::Passage
{
public:
    explicit Passage(const AgentGate &gate)
        : m_gate(gate)
    {
        const std::lock_guard lock(m_gate.m_mutex);
        m_isOpen = m_gate.m_stage == Stage::Open;
        m_gate.m_underWay += m_isOpen ? 1 : 0;
    }
    ~Passage()
    {
        const std::lock_guard lock(m_gate.m_mutex);
        m_gate.m_underWay -= m_isOpen ? 1 : 0;
        m_gate.m_changed.notify_all();
    }
    Passage(const Passage &) = delete;
    Passage &operator=(const Passage &) = delete;

    bool isOpen() const { return m_isOpen; }

private:
    const AgentGate &m_gate;
    bool m_isOpen = false;
};

AgentGate::AgentGate(Agent &agent)
    : m_agent(agent)
{}

void AgentGate::close()
{
    auto last = m_agent.state();
    std::unique_lock lock(m_mutex);
    if (m_stage != Stage::Open)
        return;
    m_last = std::move(last);
    m_stage = Stage::Closing;
    m_changed.wait(lock, [this] { return m_underWay == 0; });
    lock.unlock(); // a sink that is waited for may ask for the state
    for (const quint64 subscription : m_subscriptions)
        m_agent.unsubscribe(subscription);
    lock.lock();
    m_stage = Stage::Closed;
    m_changed.notify_all();
}

Result<OperationId> AgentGate::submit(const Command &command, const Principal &principal)
{
    const Passage passage(*this);
    return passage.isOpen() ? m_agent.submit(command, principal) : agentIsStopping();
}

Result<void> AgentGate::cancel(OperationId operation, const Principal &principal)
{
    const Passage passage(*this);
    return passage.isOpen() ? m_agent.cancel(operation, principal) : agentIsStopping();
}

std::shared_ptr<const State> AgentGate::state() const
{
    const Passage passage(*this);
    return passage.isOpen() ? m_agent.state() : m_last;
}

quint64 AgentGate::subscribe(const EventFilter &filter, std::shared_ptr<EventSink> sink)
{
    const Passage passage(*this);
    if (!passage.isOpen())
        return 0;
    const quint64 subscription = m_agent.subscribe(filter, std::move(sink));
    const std::lock_guard lock(m_mutex);
    m_subscriptions.insert(subscription);
    return subscription;
}

void AgentGate::unsubscribe(quint64 subscription)
{
    const Passage passage(*this);
    {
        std::unique_lock lock(m_mutex);
        if (!passage.isOpen()) // close() does it; the caller lets go of its sink's things only then
            return m_changed.wait(lock, [this] { return m_stage == Stage::Closed; });
        m_subscriptions.erase(subscription);
    }
    m_agent.unsubscribe(subscription);
}

void AgentGate::query(const Query &query, const Principal &principal, std::shared_ptr<ReplySink> sink)
{
    const Passage passage(*this);
    if (passage.isOpen())
        m_agent.query(query, principal, std::move(sink));
    else
        sink->answered(agentIsStopping());
}

void AgentGate::openStream(const Query &request, const Principal &principal, std::shared_ptr<StreamSink> sink)
{
    const Passage passage(*this);
    if (passage.isOpen())
        m_agent.openStream(request, principal, std::move(sink));
    else
        sink->opened(agentIsStopping(), OperationId());
}

} // namespace ghost::api
