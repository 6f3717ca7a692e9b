// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "AgentAccess.h"

#include <mutex>
#include <utility>

namespace ghost::uplink {

namespace {

class Listener final : public EventSink
{
public:
    explicit Listener(std::function<void(const Event &)> heard)
        : m_heard(std::move(heard))
    {}
    void event(const Event &event) override { m_heard(event); }

private:
    const std::function<void(const Event &)> m_heard;
};

} // namespace

AgentAccess::AgentAccess(Agent &agent, std::function<void(const Event &)> heard)
    : m_agent(&agent)
{
    EventFilter filter;
    filter.kinds = {QStringLiteral("vm."), QStringLiteral("operation.changed"), QStringLiteral("host."),
                    QStringLiteral("resync")};
    m_subscription = agent.subscribe(filter, std::make_shared<Listener>(std::move(heard)));
}

AgentAccess::~AgentAccess()
{
    close();
}

void AgentAccess::close()
{
    Agent *agent = nullptr;
    {
        const std::unique_lock lock(m_mutex);
        agent = std::exchange(m_agent, nullptr);
    }
    if (agent)
        agent->unsubscribe(m_subscription);
}

std::shared_ptr<const State> AgentAccess::state() const
{
    const std::shared_lock lock(m_mutex);
    return m_agent ? m_agent->state() : nullptr;
}

Result<OperationId> AgentAccess::submit(const Command &command, const Principal &principal)
{
    const std::shared_lock lock(m_mutex);
    return m_agent ? m_agent->submit(command, principal)
                   : Result<OperationId>(Error(Code::Unavailable, QStringLiteral("the agent is stopping")));
}

void AgentAccess::query(const Query &query, const Principal &principal, std::shared_ptr<ReplySink> sink)
{
    const std::shared_lock lock(m_mutex);
    if (m_agent)
        m_agent->query(query, principal, std::move(sink));
}

} // namespace ghost::uplink
