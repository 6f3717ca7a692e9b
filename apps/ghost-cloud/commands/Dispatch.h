// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <set>

#include "Clock.h"
#include "agents/Intervals.h"
#include "commands/CommandSink.h"
#include "storage/CommandTable.h"
#include "storage/History.h"
#include "storage/Ledger.h"

namespace ghost::cloud {

/// Brings commands to their agents and takes the results. A command is SENT on the disk before it is sent, so that no
/// kill of the Core makes one EXPIRED that an agent may have got.
class Dispatch
{
public:
    struct Rooms
    {
        const Clock &clock;
        const Intervals &intervals;
        CommandTable &commands;
        History &history;
        Ledger &ledger;
    };
    explicit Dispatch(const Rooms &rooms)
        : m(rooms)
    {}

    /// With a beat: those not acknowledged, oldest first.
    void fill(const AgentRecord &record, v1::HeartbeatResponse &response);
    /// From now on commands go to @p sink at once; the earlier stream of the agent is closed.
    void openStream(const AgentRecord &record, std::shared_ptr<CommandSink> sink);
    void closeStream(const std::string &agent, const Error &reason);
    /// What the agent's stream has not brought yet and may bring now.
    void push(const AgentRecord &record);
    void closeAll(const Error &reason);
    /// Something waits for push() to be called again.
    bool isHeld(const AgentRecord &record) const { return m_held.contains(record.agent.id()); }
    /// What was given to the streams last may not have gone: it goes again.
    void takenBack();

    /// A result is kept once; a repeated one changes nothing.
    void end(const AgentRecord &record, const v1::CommandResult &result);
    void expire(const v1::KnownCommand &command, const std::string &why);
    /// For good: whatever is open ends.
    void agentLeft(const AgentRecord &record);

private:
    struct Stream
    {
        std::shared_ptr<CommandSink> sink;
        qint64 brought = 0; ///< number of the last command that it was given
    };

    /// Not while two machines use the identity, the owner has paused, or nobody is there.
    bool mayGo(const AgentRecord &record) const;
    void markSent(const v1::KnownCommand &known);

    const Rooms m;
    std::map<std::string, Stream> m_streams; ///< by the agent's id
    std::set<std::string> m_held;            ///< agents whose stream did not get all that it should
};

} // namespace ghost::cloud
