// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include "LiveCalls.h"
#include "PeerTable.h"
#include "StateViews.h"
#include "StreamPump.h"
#include "ghost/Agent.h"

namespace ghost::api {

/// What every call needs. Each call holds it, so that a late one never meets a part that is gone.
struct ServiceParts
{
    explicit ServiceParts(Agent &theAgent)
        : agent(theAgent)
        , views(theAgent)
    {}
    Result<Principal> principal(const grpc::CallbackServerContext &context) const
    {
        return peers.principal(context.peer());
    }

    Agent &agent;
    StateViews views;
    PeerTable peers;
    LiveCalls calls;
    StreamPump pump;
};

} // namespace ghost::api
