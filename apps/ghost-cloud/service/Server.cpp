// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "service/Server.h"

#include <future>

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <QtCore/QDir>
#include <QtCore/QFile>

#include "service/Desk.h"
#include "service/Services.h"

namespace ghost::cloud {
namespace {

using namespace std::chrono_literals;

/// A beat with a thousand VMs has 1 MB.
constexpr int biggestMessage = 16 * 1024 * 1024;
constexpr size_t biggestBuffers = 512UL * 1024 * 1024;
/// gRPC wants some of its own for reflection, which is written in its blocking style; ours needs none.
constexpr int mostBlockingThreads = 4;
constexpr auto closePatience = 2s;

void setLimits(grpc::ServerBuilder &builder)
{
    const auto set = [&builder](const char *name, std::chrono::milliseconds value) {
        builder.AddChannelArgument(name, int(value.count()));
    };
    builder.SetMaxReceiveMessageSize(biggestMessage);
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    set(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10s);
    // An agent whose link was cut says nothing more: its stream ends all the same.
    set(GRPC_ARG_KEEPALIVE_TIME_MS, 30s);
    set(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10s);
    // And agents may look after us likewise.
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    set(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 5s);
}

Result<std::string> contentOf(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Error(Code::NotFound, QStringLiteral("cannot read %1: %2").arg(path, file.errorString()));
    const QByteArray content = file.readAll();
    if (!content.contains("-----BEGIN "))
        return Error(Code::InvalidArgument, QStringLiteral("%1 is no PEM file").arg(path));
    return content.toStdString();
}

Result<std::shared_ptr<grpc::ServerCredentials>> credentialsFor(const ServerOptions &options)
{
    if (!options.tls.areGiven()) {
        if (options.listen.isLoopback() || options.listen.isTailnet())
            return grpc::InsecureServerCredentials();
        return Error(Code::PermissionDenied, QStringLiteral("plain text at %1 could be read and written by anybody")
                                                 .arg(options.listen.toString()))
            .withHint(QStringLiteral("give --tls-ca, --tls-cert and --tls-key, or listen on this machine (127.0.0.1) "
                                     "or in a tailnet (100.64.0.0/10)"));
    }
    const auto authority = contentOf(options.tls.authority);
    if (!authority)
        return authority.error();
    const auto certificate = contentOf(options.tls.certificate);
    if (!certificate)
        return certificate.error();
    const auto key = contentOf(options.tls.key);
    if (!key)
        return key.error();
    grpc::SslServerCredentialsOptions tls(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    tls.pem_root_certs = *authority;
    tls.pem_key_cert_pairs = {{*key, *certificate}};
    return grpc::SslServerCredentials(tls);
}

Result<void> makeFolder(const QString &folder)
{
    if (!QDir(folder).exists() && !QDir().mkpath(folder))
        return Error(Code::PermissionDenied, QStringLiteral("cannot make the folder %1").arg(folder));
    return {};
}

} // namespace

Server::Server(const ServerOptions &options)
    : m_place(options.listen)
{}

Result<std::unique_ptr<Server>> Server::start(const ServerOptions &options)
{
    if (auto ok = makeFolder(options.folder); !ok)
        return ok.error();
    std::unique_ptr<Server> server(new Server(options));
    auto desk = Desk::open(options.folder + QStringLiteral("/cloud.sqlite"), options.clock, options.intervals);
    if (!desk)
        return desk.error();
    server->m_desk = std::move(*desk);
    server->m_cloud = makeCloudService(*server->m_desk);
    server->m_operator = makeOperatorService(*server->m_desk);
    if (auto ok = server->listen(options); !ok)
        return ok.error();
    return server;
}

Result<void> Server::listen(const ServerOptions &options)
{
    const auto credentials = credentialsFor(options);
    if (!credentials)
        return credentials.error();
    if (auto ok = options.listen.probe(); !ok) // gRPC gives no reason
        return ok;
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ResourceQuota quota("ghost-cloud");
    quota.Resize(biggestBuffers);
    quota.SetMaxThreads(mostBlockingThreads);
    grpc::ServerBuilder builder;
    builder.SetResourceQuota(quota);
    builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
    builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 1);
    setLimits(builder);
    int port = 0;
    builder.AddListeningPort(options.listen.toString().toStdString(), *credentials, &port);
    builder.RegisterService(m_cloud.get());
    builder.RegisterService(m_operator.get());
    m_server = builder.BuildAndStart();
    if (!m_server || port == 0)
        return Error(Code::FailedPrecondition, QStringLiteral("cannot listen at %1").arg(options.listen.toString()))
            .withHint(QStringLiteral("taken just now, or key and certificate do not belong together"));
    m_place.port = quint16(port);
    return {};
}

Server::~Server()
{
    if (!m_server)
        return;
    // Streams have no end of their own.
    const auto ended = std::make_shared<std::promise<void>>();
    const auto closing = [](CloudBook &book) -> Result<void> {
        book.dispatch().closeAll(Error(Code::Unavailable, QStringLiteral("the Core stops")));
        return {};
    };
    if (m_desk->post(closing, [ended](const Result<void> &) { ended->set_value(); }))
        ended->get_future().wait_for(closePatience);
    m_server->Shutdown(std::chrono::system_clock::now() + closePatience);
    m_server.reset();
}

} // namespace ghost::cloud
