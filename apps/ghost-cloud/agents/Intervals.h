// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agents/Roster.h"

namespace ghost::cloud {

/// How the rhythm of the beats is judged.
struct Intervals
{
    int beatSeconds = 30;

    qint64 beatMs() const { return beatSeconds * 1000LL; }
    /// For so long after its last call an agent is online; as long a registration on another boot is held back.
    qint64 onlineMs() const { return 2 * beatMs(); }
    /// For so long it may still be alive.
    qint64 lateMs() const { return 10 * beatMs(); }

    /// Whether the holder of the identity may be alive.
    bool isAlive(const AgentRecord &record, qint64 steadyNow) const
    {
        return !record.agent.instance_id().empty() && steadyNow - record.heardAt <= lateMs();
    }
    bool isRivalAlive(const AgentRecord &record, qint64 steadyNow) const
    {
        return !record.rival.instance.empty() && steadyNow - record.rival.heardAt <= lateMs();
    }
};

} // namespace ghost::cloud
