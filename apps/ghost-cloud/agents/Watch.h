// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agents/Registration.h"
#include "storage/CommandTable.h"

namespace ghost::cloud {

/// Notices what does not happen: beats that are missing, commands that nobody fetched.
class Watch
{
public:
    Watch(const Registration::Rooms &rooms, CommandTable &commands)
        : m(rooms)
        , m_commands(commands)
    {}

    /// Some times a second.
    void look();

private:
    void judge(AgentRecord &record);
    void forgetRival(AgentRecord &record);
    void tidy();

    const Registration::Rooms m;
    CommandTable &m_commands;
    qint64 m_tidyAt = 0;
};

} // namespace ghost::cloud
