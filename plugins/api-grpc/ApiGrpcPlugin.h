// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <thread>

#include <QtCore/QObject>

#include "ApiOptions.h"
#include "ApiServer.h"
#include "GrpcLog.h"
#include "ghost/Frontend.h"

namespace ghost::api {

/// The plugin's root object.
class ApiGrpcPlugin final : public QObject, public Plugin, public Frontend
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID GHOST_PLUGIN_IID FILE "ghost-plugin.json")
    Q_INTERFACES(ghost::Plugin ghost::Frontend)
public:
    ApiGrpcPlugin();
    ~ApiGrpcPlugin() override;

    Result<void> activate(PluginContext &context, const QJsonObject &config, Call &call) override;
    Result<void> deactivate(Call &call) override;
    Result<void> open(Agent &agent) override;
    void close() override;

private:
    ApiServer::TlsPort takePort();
    void publish(const QString &address);
    void noTcp(const QString &reason);

    PluginContext *m_context = nullptr;
    ApiOptions m_options;
    std::unique_ptr<GrpcLog> m_log;
    std::unique_ptr<HealthReasons> m_health;
    std::unique_ptr<ServerCertificates> m_certificates; ///< null: TCP is not served
    std::unique_ptr<ApiServer> m_server;
    std::jthread m_ending; ///< waits for the clients of a server that was closed: the main thread must not
};

} // namespace ghost::api
