// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "LinkStatus.h"
#include "UplinkOptions.h"
#include "ghost/State.h"

namespace ghost::cloud::v1 {
class HeartbeatRequest;
class RegisterAgentRequest;
} // namespace ghost::cloud::v1

namespace ghost::uplink {

// What the cloud is told of the whole agent; who speaks is filled in by the caller.

void describeAgent(const State &state, const UplinkOptions &options, const LinkStatus::Facts &link,
                   cloud::v1::RegisterAgentRequest &request);
/// Sent now. Holds every change up to @p generation if @p state was taken after it.
void describeNow(const State &state, quint64 generation, const LinkStatus::Facts &link,
                 cloud::v1::HeartbeatRequest &request);

} // namespace ghost::uplink
