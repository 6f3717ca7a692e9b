// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <vector>

#include <ghost/Call.h>

#include "ConsolePump.h"

namespace ghost {

/// The consoles that are open now.
class Consoles
{
public:
    /// The caller's end of a new console.
    Result<UniqueFd> open(libvirt::ConnectionPool &pool, AgentId agent, VmId id, Call &call);
    void closeAll();

private:
    void sweep();

    std::mutex m_mutex;
    std::vector<std::unique_ptr<ConsolePump>> m_pumps;
};

} // namespace ghost
