// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ApiServer.h"

#include <chrono>

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/server_posix.h>

#include "AgentService.h"

namespace ghost::api {

namespace {

using namespace std::chrono_literals;

constexpr int maxMessageBytes = 4 * 1024 * 1024;
constexpr int maxStreamsPerConnection = 100;
constexpr size_t maxBufferBytes = 64 * 1024 * 1024;
/// gRPC wants threads of its own for reflection, which is written in its blocking style; ours needs none.
constexpr int maxBlockingThreads = 4;
constexpr auto closeLimit = 2s;

} // namespace

Result<std::unique_ptr<ApiServer>> ApiServer::start(Agent &agent, PluginContext &context,
                                                    const UnixListener::Options &options)
{
    std::unique_ptr<ApiServer> server(new ApiServer(agent, context));
    if (auto ok = server->startServer(); !ok)
        return ok.error();
    if (auto ok = server->listen(options); !ok)
        return ok.error();
    return server;
}

ApiServer::ApiServer(Agent &agent, PluginContext &context)
    : m_context(context)
    , m_parts(std::make_shared<ServiceParts>(agent))
    , m_service(makeAgentService(m_parts))
{}

Result<void> ApiServer::startServer()
{
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ResourceQuota quota("api-grpc");
    quota.Resize(maxBufferBytes);
    quota.SetMaxThreads(maxBlockingThreads);

    grpc::ServerBuilder builder;
    builder.RegisterService(m_service.get());
    builder.SetResourceQuota(quota);
    builder.SetMaxReceiveMessageSize(maxMessageBytes);
    builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, maxStreamsPerConnection);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0); // else a second agent on a port starts without complaint
    builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
    builder.SetSyncServerOption(grpc::ServerBuilder::MIN_POLLERS, 1);
    builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 1);
    m_server = builder.BuildAndStart();
    if (!m_server)
        return Error(Code::Internal, QStringLiteral("gRPC did not start; its log lines tell why"));
    return {};
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

ApiServer::~ApiServer()
{
    m_listener.reset();
    m_parts->calls.stopAll(Error(Code::Unavailable, QStringLiteral("the agent is stopping"))
                               .withHint(QStringLiteral("operations under way are kept; ask again later")));
    if (m_server)
        m_server->Shutdown(std::chrono::system_clock::now() + closeLimit);
    if (!m_parts->calls.waitUntilNone(Call::Clock::now() + closeLimit))
        m_context.log(LogLevel::Error, QStringLiteral("some calls have not ended"));
    m_parts->pump.stop();
    m_server.reset();
}

} // namespace ghost::api
