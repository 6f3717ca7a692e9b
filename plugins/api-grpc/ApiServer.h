// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "TcpListener.h"
#include "UnixListener.h"
#include "ghost/Agent.h"
#include "ghost/Plugin.h"

namespace grpc {
class Server;
class ServerBuilder;
class ServerCredentials;
class Service;
namespace experimental {
class ExternalConnectionAcceptor;
}
} // namespace grpc

namespace ghost {
class LiveCertificates;
}

namespace ghost::api {

struct ServiceParts;

/// The running API: the gRPC server and the listeners that feed it connections.
class ApiServer
{
public:
    struct TlsPort
    {
        std::unique_ptr<TcpListener> listener; ///< null: no TCP
        std::shared_ptr<LiveCertificates> certificates;
    };
    struct Options
    {
        UnixListener::Options socket;
        TlsPort tls;
        std::chrono::milliseconds stallLimit;
    };
    static Result<std::unique_ptr<ApiServer>> start(Agent &agent, PluginContext &context, Options options);
    /// Removes the socket and ends all calls, without waiting for a client. No call to the agent afterwards.
    void close();
    /// Closes, and waits for what is left of calls and connections: at most 1 s. Any thread.
    ~ApiServer();

    /// Where it listens with TLS, with the real port.
    std::optional<ListenAddress> tcpAddress() const;

private:
    ApiServer(Agent &agent, PluginContext &context, Options &options);
    Result<void> startServer();
    Result<void> listen(const UnixListener::Options &options);
    void addTls(grpc::ServerBuilder &builder);
    void acceptTls();

    PluginContext &m_context;
    std::shared_ptr<ServiceParts> m_parts;
    std::unique_ptr<grpc::Service> m_service;
    TlsPort m_tls;
    std::shared_ptr<grpc::ServerCredentials> m_credentials; // asked by handshakes, so it outlives the server
    std::unique_ptr<grpc::Server> m_server;
    std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> m_acceptor;
    std::unique_ptr<UnixListener> m_listener;
};

} // namespace ghost::api
