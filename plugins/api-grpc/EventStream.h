// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "LiveReactor.h"

namespace ghost::agent::v1 {
class WatchEventsRequest;
class WatchEventsResponse;
class WatchOperationRequest;
class WatchOperationResponse;
} // namespace ghost::agent::v1

namespace ghost::api {

/// Streams events. What a client does not read waits in a bounded queue; when that is full, everything in it gives way
/// to one `resync`. Who takes nothing for ServiceParts::stallLimit is cut off.
grpc::ServerWriteReactor<agent::v1::WatchEventsResponse> *watchEvents(const std::shared_ptr<ServiceParts> &parts,
                                                                      grpc::CallbackServerContext &context,
                                                                      const agent::v1::WatchEventsRequest &request);

/// Streams the values of one operation, the present one first, the last one at its end. A slow client misses some in
/// between.
grpc::ServerWriteReactor<agent::v1::WatchOperationResponse> *
watchOperation(const std::shared_ptr<ServiceParts> &parts, grpc::CallbackServerContext &context,
               const agent::v1::WatchOperationRequest &request);

} // namespace ghost::api
