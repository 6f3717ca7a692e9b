// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "LiveReactor.h"

namespace ghost::agent::v1 {
class OpenConsoleRequest;
class OpenConsoleResponse;
} // namespace ghost::agent::v1

namespace ghost::api {

/// Joins a client with the serial console of a VM. Initial metadata comes when the console is open. When the client has
/// written all (half-closed), it still reads until the VM's end closes.
grpc::ServerBidiReactor<agent::v1::OpenConsoleRequest, agent::v1::OpenConsoleResponse> *
openConsole(const std::shared_ptr<ServiceParts> &parts, grpc::CallbackServerContext &context);

} // namespace ghost::api
