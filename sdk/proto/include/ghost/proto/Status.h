// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ghost/Result.h"

namespace grpc {
class Status;
}

namespace ghost {

/// The gRPC status of an error: a code by one table, its text, and in the details (`grpc-status-details-bin`) a
/// google.rpc.Status that carries the whole ghost.agent.v1.Error.
grpc::Status toStatus(const Error &error);

/// The reverse, for clients. A status without our details (gRPC's own, a proxy's) gets the code that lies nearest.
/// @p status must not be OK.
Error fromStatus(const grpc::Status &status);

} // namespace ghost
