// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>

#include "ghost/Agent.h"

namespace ghost {

/// An agent with a state that a test sets, and hypervisors that answer GetVMUsage when the test says so. Thread-safe.
class QuietAgent : public Agent
{
public:
    QuietAgent()
    {
        State state;
        state.setAgentVersion(QStringLiteral("1.2.3"));
        setState(state);
    }

    void setState(const State &state)
    {
        const std::scoped_lock lock(m_mutex);
        m_state = std::make_shared<const State>(state);
    }
    void edit(const std::function<void(State &)> &change)
    {
        State next = *state();
        change(next);
        setState(next);
    }
    /// Answers now and from now on.
    void answer(const QString &hypervisor, const Result<QCborMap> &reply)
    {
        std::vector<std::shared_ptr<ReplySink>> open;
        {
            const std::scoped_lock lock(m_mutex);
            m_replies.insert_or_assign(hypervisor, reply);
            open.swap(m_open[hypervisor]);
        }
        for (const auto &sink : open)
            sink->answered(reply);
    }
    /// From now on it does not answer.
    void hang(const QString &hypervisor)
    {
        const std::scoped_lock lock(m_mutex);
        m_replies.erase(hypervisor);
    }
    /// How many questions it has been asked.
    int asked(const QString &hypervisor) const
    {
        const std::scoped_lock lock(m_mutex);
        const auto at = m_asked.find(hypervisor);
        return at == m_asked.end() ? 0 : at->second;
    }
    void publish(const Event &event)
    {
        std::map<quint64, std::shared_ptr<EventSink>> sinks;
        {
            const std::scoped_lock lock(m_mutex);
            sinks = m_sinks;
        }
        for (const auto &[id, sink] : sinks)
            sink->event(event);
    }
    std::size_t subscriptions() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_sinks.size();
    }

    std::shared_ptr<const State> state() const override
    {
        const std::scoped_lock lock(m_mutex);
        return m_state;
    }
    quint64 subscribe(const EventFilter &, std::shared_ptr<EventSink> sink) override
    {
        const std::scoped_lock lock(m_mutex);
        m_sinks[++m_lastSubscription] = std::move(sink);
        return m_lastSubscription;
    }
    void unsubscribe(quint64 subscription) override
    {
        const std::scoped_lock lock(m_mutex);
        m_sinks.erase(subscription);
    }
    void query(const Query &query, const Principal &, std::shared_ptr<ReplySink> sink) override
    {
        const QString hypervisor = query.arguments().value(QStringLiteral("hypervisor")).toString();
        std::optional<Result<QCborMap>> reply;
        {
            const std::scoped_lock lock(m_mutex);
            ++m_asked[hypervisor];
            if (const auto at = m_replies.find(hypervisor); at != m_replies.end())
                reply = at->second;
            else
                m_open[hypervisor].push_back(sink);
        }
        if (reply)
            sink->answered(*reply);
    }

    Result<OperationId> submit(const Command &, const Principal &) override { return refusal(); }
    Result<void> cancel(OperationId, const Principal &) override { return refusal(); }
    void openStream(const Query &, const Principal &, std::shared_ptr<StreamSink> sink) override
    {
        sink->opened(refusal(), {});
    }

private:
    static Error refusal() { return Error(Code::Unsupported, QStringLiteral("this one only tells")); }

    mutable std::mutex m_mutex;
    std::shared_ptr<const State> m_state;
    std::map<QString, Result<QCborMap>> m_replies;
    std::map<QString, std::vector<std::shared_ptr<ReplySink>>> m_open;
    std::map<QString, int> m_asked;
    std::map<quint64, std::shared_ptr<EventSink>> m_sinks;
    quint64 m_lastSubscription = 0;
};

/// A plugin as the host would show it.
inline PluginStatus pluginStatus(const QString &id, const QString &role, const Health &health,
                                 PluginStatus::Stage stage = PluginStatus::Stage::Active)
{
    PluginStatus status;
    status.setId(id);
    status.setRole(role);
    status.setVersion(QStringLiteral("0.1.0"));
    status.setStage(stage);
    status.setHealth(health);
    status.setActivateMs(1500);
    return status;
}

} // namespace ghost
