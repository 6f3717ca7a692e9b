// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "LiveReactor.h"

namespace ghost::agent::v1 {
class ImportImageRequest;
class ImportImageResponse;
} // namespace ghost::agent::v1

namespace ghost::api {

/// Passes an upload on to the operation that stores it, chunk by chunk: the next one is read when the last one is
/// written. Whether the bytes suffice is for the operation to judge, at the end of the stream; a client that vanishes
/// merely ends the stream early.
grpc::ServerReadReactor<agent::v1::ImportImageRequest> *importImage(const std::shared_ptr<ServiceParts> &parts,
                                                                    grpc::CallbackServerContext &context,
                                                                    agent::v1::ImportImageResponse &response);

} // namespace ghost::api
