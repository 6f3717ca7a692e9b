// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ghost/cloud/v1/cloud.pb.h>

#include "ghost/Result.h"

namespace ghost::cloud {

// What a request must be in itself; an error names the field.

Result<void> checkIdentity(const v1::AgentIdentity &identity);
Result<void> checkRegistration(const v1::RegisterAgentRequest &request);
Result<void> checkPicture(const v1::HeartbeatRequest &request);
Result<void> checkVm(const ghost::agent::v1::Vm &vm);
Result<void> checkResults(const v1::ReportCommandResultRequest &request);

/// The command's one word: `create`, `start`…; empty: it has no action.
std::string actionOf(const v1::Command &command);
/// Of a command from the operator.
Result<void> checkCommand(const v1::Command &command);

} // namespace ghost::cloud
