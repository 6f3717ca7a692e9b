// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "agents/Watch.h"

#include "commands/Dispatch.h"

namespace ghost::cloud {
namespace {

constexpr qint64 tidyInterval = 60'000;

} // namespace

void Watch::look()
{
    for (auto &[id, record] : m.roster.all()) {
        if (record.agent.state() == v1::AGENT_STATE_LEFT)
            continue;
        judge(record);
        forgetRival(record);
        if (m.dispatch.isHeld(record))
            m.dispatch.push(record);
    }
    for (const v1::KnownCommand &command : m_commands.overdue())
        m.dispatch.expire(command, "its time passed before its agent fetched it");
    if (m.clock.steady() >= m_tidyAt)
        tidy();
}

void Watch::judge(AgentRecord &record)
{
    const qint64 silence = m.clock.steady() - record.heardAt;
    const v1::AgentState state = silence > m.intervals.lateMs()     ? v1::AGENT_STATE_LOST
                                 : silence > m.intervals.onlineMs() ? v1::AGENT_STATE_LATE
                                                                    : v1::AGENT_STATE_ONLINE;
    // Back to online only by a beat.
    if (state <= record.agent.state())
        return;
    record.agent.set_state(state);
    const bool isLost = state == v1::AGENT_STATE_LOST;
    m.history.add(record.agent.id(), isLost ? "agent.lost" : "agent.late",
                  isLost ? "missed ten beats" : "missed two beats");
    m.roster.save(record);
}

void Watch::forgetRival(AgentRecord &record)
{
    if (!record.agent.duplicated() || m.clock.steady() - record.rival.heardAt <= m.intervals.lateMs())
        return;
    record.agent.set_duplicated(false);
    record.rival = {};
    m.history.add(record.agent.id(), "agent.left", "the second machine with this identity has been silent for long");
    m.roster.save(record);
}

void Watch::tidy()
{
    m_tidyAt = m.clock.steady() + tidyInterval;
    m.roster.saveNewer();
    m.history.prune();
    m_commands.prune();
}

} // namespace ghost::cloud
