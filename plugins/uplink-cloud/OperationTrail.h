// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>

#include "ghost/State.h"

namespace ghost::uplink {

/// Which operation a change of a VM belongs to: the one under way, or one that ended since the last look. One that
/// ended earlier has nothing to do with what is new.
class OperationTrail
{
public:
    /// Before the changes of a look are told.
    void follow(const State &state);
    std::optional<Operation> of(VmId vm) const;
    /// They are told: what has ended by now brings about nothing more.
    void settle(const State &state);

private:
    std::map<VmId, Operation> m_operations;
    std::set<OperationId> m_settled;
};

/// Somebody other than the cloud wanted it.
bool isLocal(const Operation &operation);

} // namespace ghost::uplink
