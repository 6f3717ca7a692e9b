// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "UnixListener.h"
#include "ghost/Agent.h"
#include "ghost/Plugin.h"

namespace grpc {
class Server;
class Service;
} // namespace grpc

namespace ghost::api {

struct ServiceParts;

/// The running API: the gRPC server and the listener that feeds it connections. (A TCP listener with mTLS would be
/// gRPC's own: another port of the builder.)
class ApiServer
{
public:
    static Result<std::unique_ptr<ApiServer>> start(Agent &agent, PluginContext &context,
                                                    const UnixListener::Options &options);
    /// Ends all calls and connections, at most 2 s, and removes the socket. No call to the agent afterwards.
    ~ApiServer();

private:
    ApiServer(Agent &agent, PluginContext &context);
    Result<void> startServer();
    Result<void> listen(const UnixListener::Options &options);

    PluginContext &m_context;
    std::shared_ptr<ServiceParts> m_parts;
    std::unique_ptr<grpc::Service> m_service;
    std::unique_ptr<grpc::Server> m_server;
    std::unique_ptr<UnixListener> m_listener;
};

} // namespace ghost::api
