// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <optional>

#include "ghost/Ids.h"
#include "ghost/Principal.h"

namespace ghost {

/// Which operation a client's request id stands for, for the last few thousand requests. Not thread-safe.
class RequestIds
{
public:
    /// An empty request id stands for none.
    std::optional<OperationId> find(const Principal &principal, const QString &requestId) const;
    /// The operation never came to be: its client may try again.
    void forget(const Principal &principal, const QString &requestId);
    void remember(const Principal &principal, const QString &requestId, OperationId operation);

private:
    using Key = std::pair<QString, QString>;
    std::map<Key, OperationId> m_operations;
    std::deque<Key> m_order;
};

} // namespace ghost
