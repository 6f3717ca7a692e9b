// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ApiGrpcPlugin.h"

#include <utility>

#include "endpoints/Endpoints.h"

namespace ghost::api {

namespace {
const QString groupMatter = QStringLiteral("group");
const QString tcpMatter = QStringLiteral("tcp");
const QString grpcEndpoint = QStringLiteral("grpc");
} // namespace

ApiGrpcPlugin::ApiGrpcPlugin() = default;
ApiGrpcPlugin::~ApiGrpcPlugin() = default;

Result<void> ApiGrpcPlugin::activate(PluginContext &context, const QJsonObject &config, Call &)
{
    m_context = &context;
    m_log = std::make_unique<GrpcLog>(context);
    auto options = ApiOptions::parse(config, context);
    if (!options)
        return options.error();
    m_options = std::move(*options);

    context.setHealth(Health(Health::Status::Ready, QString()));
    m_health = std::make_unique<HealthReasons>(context);
    if (!m_options.groupProblem.isEmpty()) {
        context.log(LogLevel::Warning, m_options.groupProblem);
        m_health->degraded(groupMatter, m_options.groupProblem);
    }
    if (m_options.listen) {
        auto certificates = ServerCertificates::open(m_options.certificates, context, *m_health);
        if (certificates)
            m_certificates = std::move(*certificates);
        else
            noTcp(QStringLiteral("no TLS, so %1 is not served: %2")
                      .arg(m_options.listen->toString(), certificates.error().text()));
    }
    return {};
}

Result<void> ApiGrpcPlugin::deactivate(Call &)
{
    m_ending = std::jthread(); // joins
    m_certificates.reset();
    m_health.reset();
    m_log.reset();
    return {};
}

Result<void> ApiGrpcPlugin::open(Agent &agent)
{
    auto server = ApiServer::start(agent, *m_context, {m_options.socket, takePort(), m_options.stallLimit});
    if (!server) {
        m_context->setHealth(Health(Health::Status::Down, server.error().text()));
        return server.error();
    }
    m_server = std::move(*server);
    m_context->log(LogLevel::Info, QStringLiteral("listening on %1").arg(m_options.socket.path));
    if (const auto address = m_server->tcpAddress())
        publish(address->toString());
    return {};
}

/// Without its port the agent is still of use, on the unix socket.
ApiServer::TlsPort ApiGrpcPlugin::takePort()
{
    if (!m_certificates)
        return {};
    auto listener = TcpListener::bind(*m_options.listen);
    if (!listener) {
        noTcp(listener.error().text());
        return {};
    }
    m_health->clear(tcpMatter);
    return {std::move(*listener), m_certificates->live()};
}

void ApiGrpcPlugin::publish(const QString &address)
{
    m_context->log(LogLevel::Info, QStringLiteral("listening on %1, with TLS").arg(address));
    if (auto ok = Endpoints(m_context->folder(Folder::Run)).publish(grpcEndpoint, address); !ok)
        m_context->log(LogLevel::Error, ok.error().text());
}

void ApiGrpcPlugin::noTcp(const QString &reason)
{
    m_context->log(LogLevel::Error, reason);
    m_health->degraded(tcpMatter, reason);
}

void ApiGrpcPlugin::close()
{
    if (!m_server)
        return;
    m_server->close();
    m_ending = std::jthread([server = std::move(m_server)]() mutable { server.reset(); });
    if (auto ok = Endpoints(m_context->folder(Folder::Run)).withdraw(grpcEndpoint); !ok)
        m_context->log(LogLevel::Error, ok.error().text());
}

} // namespace ghost::api
