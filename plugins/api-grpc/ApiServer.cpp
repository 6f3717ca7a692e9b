// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ApiServer.h"

#include <chrono>

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/server_posix.h>

#include "AgentService.h"
#include "TlsCredentials.h"
#include "ghost/agent/v1/agent.grpc.pb.h"

namespace ghost::api {

namespace {

using namespace std::chrono_literals;

constexpr int maxMessageBytes = 4 * 1024 * 1024;
constexpr int maxStreamsPerConnection = 100;
constexpr size_t maxBufferBytes = 64UL * 1024 * 1024;
/// gRPC wants threads of its own for reflection, which is written in its blocking style; ours needs none.
constexpr int maxBlockingThreads = 4;
/// For clients to take the end of their calls; and once more for gRPC, when it has cut off those who do not read.
constexpr std::chrono::milliseconds closeLimit = 500ms;
/// For who connects and then says nothing, in TLS or after it.
constexpr std::chrono::milliseconds handshakeLimit = 10s;
/// A peer that went away without a word, or reads nothing at all, is found out by a ping during its calls.
constexpr std::chrono::milliseconds pingAfter = 2min;
constexpr std::chrono::milliseconds pingLimit = 20s;
/// A connection without calls. gRPC's clients connect again when they need one.
constexpr std::chrono::milliseconds idleLimit = 30min;

void setLimits(grpc::ServerBuilder &builder)
{
    const auto set = [&builder](const char *name, std::chrono::milliseconds value) {
        builder.AddChannelArgument(name, int(value.count()));
    };
    builder.SetMaxReceiveMessageSize(maxMessageBytes);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, maxStreamsPerConnection);
    set(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, handshakeLimit);
    set(GRPC_ARG_KEEPALIVE_TIME_MS, pingAfter);
    set(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, pingLimit);
    set(GRPC_ARG_MAX_CONNECTION_IDLE_MS, idleLimit);
}

} // namespace

Result<std::unique_ptr<ApiServer>> ApiServer::start(Agent &agent, PluginContext &context, Options options)
{
    std::unique_ptr<ApiServer> server(new ApiServer(agent, context, options));
    if (auto ok = server->startServer(); !ok)
        return ok.error();
    if (auto ok = server->listen(options.socket); !ok)
        return ok.error();
    server->acceptTls();
    return server;
}

ApiServer::ApiServer(Agent &agent, PluginContext &context, Options &options)
    : m_context(context)
    , m_parts(std::make_shared<ServiceParts>(agent, options.stallLimit))
    , m_service(makeAgentService(m_parts))
    , m_tls(std::move(options.tls))
{}

Result<void> ApiServer::startServer()
{
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ResourceQuota quota("api-grpc");
    quota.Resize(maxBufferBytes);
    quota.SetMaxThreads(maxBlockingThreads);

    grpc::ServerBuilder builder;
    builder.RegisterService(m_service.get());
    builder.SetResourceQuota(quota);
    setLimits(builder);
    if (m_tls.listener)
        addTls(builder);
    builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
    builder.SetSyncServerOption(grpc::ServerBuilder::MIN_POLLERS, 1);
    builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 1);
    m_server = builder.BuildAndStart();
    if (!m_server)
        return Error(Code::Internal, QStringLiteral("gRPC did not start; its log lines tell why"));
    // The whole server is SERVING from here to its end by itself.
    m_server->GetHealthCheckService()->SetServingStatus(agent::v1::AgentService::service_full_name(), true);
    return {};
}

/// We bind and accept, gRPC does the rest: its own listener knows no limit, and sets SO_REUSEPORT unless told not to.
void ApiServer::addTls(grpc::ServerBuilder &builder)
{
    m_credentials = tlsCredentials(m_tls.certificates);
    using Type = grpc::ServerBuilder::experimental_type::ExternalConnectionType;
    m_acceptor = builder.experimental().AddExternalConnectionAcceptor(Type::FROM_FD, m_credentials);
}

void ApiServer::acceptTls()
{
    if (!m_tls.listener)
        return;
    const auto accepted = [this](UniqueFd connection) {
        grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters parameters;
        parameters.fd = connection.release(); // gRPC closes it in the end
        m_acceptor->HandleNewConnection(&parameters);
    };
    const auto refused = [this](const Error &why) {
        m_context.log(LogLevel::Warning,
                      QStringLiteral("%1: %2").arg(m_tls.listener->address().toString(), why.text()));
    };
    m_tls.listener->start(accepted, refused);
}

std::optional<ListenAddress> ApiServer::tcpAddress() const
{
    return m_tls.listener ? std::optional(m_tls.listener->address()) : std::nullopt;
}

Result<void> ApiServer::listen(const UnixListener::Options &options)
{
    auto listener = UnixListener::listen(options, [this](UniqueFd connection, uid_t user) {
        const auto number = m_parts->peers.admit(std::move(connection), user);
        if (number)
            grpc::AddInsecureChannelFromFd(m_server.get(), *number); // which closes it in the end
        else
            m_context.log(LogLevel::Warning, number.error().text());
    });
    if (!listener)
        return listener.error();
    m_listener = std::move(*listener);
    return {};
}

void ApiServer::close()
{
    m_listener.reset();
    m_tls.listener.reset();
    m_parts->calls.stopAll(agentIsStopping());
    m_parts->agent.close();
}

ApiServer::~ApiServer()
{
    close();
    if (m_server)
        m_server->Shutdown(std::chrono::system_clock::now() + closeLimit);
    if (!m_parts->calls.waitUntilNone(Call::Clock::now() + closeLimit))
        m_context.log(LogLevel::Error, QStringLiteral("some calls have not ended"));
    m_parts->pump.stop();
    m_server.reset();
}

} // namespace ghost::api
