// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "AgentAccess.h"

namespace ghost::uplink {

/// Asks the agent's archive for operations that its state no longer has. Thread-safe.
class OperationLookup
{
public:
    /// @p answered is called on some thread when there is something to take.
    OperationLookup(AgentAccess &agent, std::function<void()> answered);
    /// Later answers go nowhere.
    ~OperationLookup();

    /// The answer, once; none yet: the question is put, if it is not open already. NotFound: nobody knows it.
    std::optional<Result<Operation>> take(OperationId id);

private:
    struct Shared;
    class Sink;

    AgentAccess &m_agent;
    const std::shared_ptr<Shared> m_shared;
};

} // namespace ghost::uplink
