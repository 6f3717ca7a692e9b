// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/RequestIds.h"

namespace ghost {

namespace {
constexpr std::size_t limit = 4096;
} // namespace

std::optional<OperationId> RequestIds::find(const Principal &principal, const QString &requestId) const
{
    const auto at = m_operations.find({principal.toString(), requestId});
    return requestId.isEmpty() || at == m_operations.end() ? std::optional<OperationId>() : at->second;
}

void RequestIds::remember(const Principal &principal, const QString &requestId, OperationId operation)
{
    if (requestId.isEmpty())
        return;
    const Key key{principal.toString(), requestId};
    if (m_operations.insert_or_assign(key, operation).second)
        m_order.push_back(key);
    if (m_order.size() > limit) {
        m_operations.erase(m_order.front());
        m_order.pop_front();
    }
}

// Its place in the order stays: a key that is gone is none to erase again.
void RequestIds::forget(const Principal &principal, const QString &requestId)
{
    m_operations.erase({principal.toString(), requestId});
}

} // namespace ghost
