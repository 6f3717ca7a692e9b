// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "OperationTrail.h"

namespace ghost::uplink {

bool isLocal(const Operation &operation)
{
    return operation.principal().kind() != Principal::Kind::Cloud;
}

void OperationTrail::follow(const State &state)
{
    m_operations.clear();
    for (const Operation &operation : state.operations()) {
        if (operation.vm().isNull() || m_settled.contains(operation.id()))
            continue;
        const auto known = m_operations.find(operation.vm());
        // A queued one has done nothing while another one is at it.
        if (known == m_operations.end() || operation.status() != Operation::Status::Queued)
            m_operations.insert_or_assign(operation.vm(), operation);
    }
}

std::optional<Operation> OperationTrail::of(VmId vm) const
{
    const auto at = m_operations.find(vm);
    return at == m_operations.end() ? std::nullopt : std::optional(at->second);
}

void OperationTrail::settle(const State &state)
{
    m_settled.clear();
    for (const Operation &operation : state.operations())
        if (operation.isEnded())
            m_settled.insert(operation.id());
}

} // namespace ghost::uplink
