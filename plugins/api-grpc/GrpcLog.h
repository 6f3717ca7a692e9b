// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ghost/Plugin.h"

namespace ghost::api {

/// Sends gRPC's own log lines, which otherwise go to stderr, to the agent's log while it lives. gRPC has one log for
/// the whole process, so only one may live.
class GrpcLog
{
public:
    explicit GrpcLog(PluginContext &context);
    ~GrpcLog();
    GrpcLog(const GrpcLog &) = delete;
    GrpcLog &operator=(const GrpcLog &) = delete;
};

} // namespace ghost::api
