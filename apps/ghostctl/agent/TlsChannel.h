// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>

#include "agent/AgentPlace.h"
#include "agent/Interrupts.h"

namespace grpc {
class Channel;
class ChannelArguments;
} // namespace grpc

namespace ghost::ctl {

/// Connects to an agent's TCP port, each side with a certificate. Where gRPC would only say "handshake failed", the
/// error says whose certificate is to blame, and why.
Result<std::shared_ptr<grpc::Channel>> connectWithTls(const AgentPlace &place, grpc::ChannelArguments arguments,
                                                      std::chrono::system_clock::time_point deadline,
                                                      const Interrupts &interrupts);

} // namespace ghost::ctl
