// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ghost/cloud/v1/cloud.pb.h>

#include "Clock.h"
#include "agents/Intervals.h"
#include "agents/Roster.h"
#include "storage/History.h"
#include "storage/VmTable.h"

namespace ghost::cloud {

class Dispatch;

/// Who is who: gives identities, knows which instance holds one, and notices when two machines use the same
/// (CloudService.RegisterAgent has the rule).
class Registration
{
public:
    struct Rooms
    {
        const Clock &clock;
        const Intervals &intervals;
        Roster &roster;
        VmTable &vms;
        History &history;
        Dispatch &dispatch;
    };
    explicit Registration(const Rooms &rooms)
        : m(rooms)
    {}

    Result<void> enter(const v1::RegisterAgentRequest &request, v1::RegisterAgentResponse &response);
    Result<void> leave(const v1::UnregisterAgentRequest &request);

    enum class CallKind { Beat, Other };
    /// The agent if the caller holds its identity; it was heard just now. Else what the caller is told.
    Result<AgentRecord *> holder(const v1::AgentIdentity &identity, CallKind kind = CallKind::Other);
    /// The same for a caller who may be anybody with this identity.
    Result<AgentRecord *> known(const v1::AgentIdentity &identity);
    /// What the owner should know.
    static std::string noticeFor(const AgentRecord &record);

private:
    Result<AgentRecord *> recordFor(const v1::RegisterAgentRequest &request);
    AgentRecord &newRecord(const std::string &id, const std::string &installation);
    void takeOver(AgentRecord &record, const v1::AgentIdentity &identity);
    Error refuseRival(AgentRecord &record, const v1::AgentIdentity &identity, CallKind kind);
    void endIdentity(AgentRecord &record);

    const Rooms m;
};

} // namespace ghost::cloud
