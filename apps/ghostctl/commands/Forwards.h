// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ghost/agent/v1/agent.pb.h>

#include "ghost/PortForward.h"
#include "ghost/Result.h"

namespace ghost::ctl {

class Session;

// What the `vm forward` commands share.

Result<agent::v1::GetVMForwardsResponse> forwardsOf(Session &session, const QString &vm);

/// Prints them as every `vm forward` command does.
void printForwards(Session &session, const agent::v1::GetVMForwardsResponse &list);

/// Has the VM exactly these forwards and prints what it has then; with @p async the operation.
Result<void> setForwards(Session &session, const agent::v1::SetVMForwardsRequest &request, bool async);

/// As the agent reads it: what is not named stays unset.
agent::v1::PortForward toProto(const PortForward &forward);

} // namespace ghost::ctl
