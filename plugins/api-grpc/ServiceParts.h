// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include "AgentGate.h"
#include "CertificatePeer.h"
#include "LiveCalls.h"
#include "PeerTable.h"
#include "StateViews.h"
#include "StreamPump.h"

namespace ghost::api {

/// What every call needs. Each call holds it, so that a late one never meets a part that is gone.
struct ServiceParts
{
    ServiceParts(Agent &theAgent, std::chrono::milliseconds theStallLimit)
        : agent(theAgent)
        , stallLimit(theStallLimit)
        , views(agent)
    {}
    /// The user of a unix socket, whose connections we hand to gRPC as descriptors; else the holder of a certificate.
    Result<Principal> principal(const grpc::CallbackServerContext &context) const
    {
        const std::string peer = context.peer();
        return PeerTable::isOne(peer) ? peers.principal(peer) : certificatePrincipal(context.auth_context().get());
    }

    AgentGate agent;
    const std::chrono::milliseconds stallLimit; ///< how long a reader of events may take nothing
    StateViews views;
    PeerTable peers;
    LiveCalls calls;
    StreamPump pump;
};

} // namespace ghost::api
