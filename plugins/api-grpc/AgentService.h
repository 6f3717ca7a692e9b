// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <grpcpp/impl/service_type.h>

#include "ServiceParts.h"

namespace ghost::api {

/// ghost.agent.v1.AgentService over the agent.
std::unique_ptr<grpc::Service> makeAgentService(std::shared_ptr<ServiceParts> parts);

} // namespace ghost::api
