// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

namespace grpc {
class Service;
}

namespace ghost::cloud {

class Desk;

/// For agents: ghost.cloud.v1.CloudService.
std::unique_ptr<grpc::Service> makeCloudService(Desk &desk);
/// For the operator: ghost.cloud.v1.OperatorService.
std::unique_ptr<grpc::Service> makeOperatorService(Desk &desk);

} // namespace ghost::cloud
