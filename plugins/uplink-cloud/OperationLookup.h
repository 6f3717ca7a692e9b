// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "AgentAccess.h"

namespace ghost::uplink {

/// Asks the agent for operations that its state no longer has. Thread-safe.
class OperationLookup
{
public:
    /// @p answered is called on some thread when there is something to take.
    OperationLookup(AgentAccess &agent, std::function<void()> answered);
    /// Later answers go nowhere.
    ~OperationLookup();

    /// The answer, once; none yet: the question is put, if it is not open already. NotFound: nobody knows it.
    std::optional<Result<Operation>> take(OperationId id);
    /// The same for the newest one that we asked for with @p requestId, among the agent's newest thousand.
    std::optional<Result<Operation>> takeByRequest(const QString &requestId);

private:
    struct Shared;
    class Sink;
    using Read = Result<Operation> (*)(const QString &key, const QCborMap &reply);

    std::optional<Result<Operation>> takeOrAsk(const QString &key, const Query &query, Read read);

    AgentAccess &m_agent;
    const std::shared_ptr<Shared> m_shared;
};

} // namespace ghost::uplink
