// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ApiGrpcPlugin.h"

#include <array>

#include <grp.h>

#include "ApiServer.h"

namespace ghost::api {

namespace {

std::optional<gid_t> groupNamed(const QString &name)
{
    std::array<char, 16 * 1024> buffer = {};
    struct group entry = {};
    struct group *found = nullptr;
    ::getgrnam_r(name.toLocal8Bit().constData(), &entry, buffer.data(), buffer.size(), &found);
    return found ? std::optional<gid_t>(found->gr_gid) : std::nullopt;
}

} // namespace

ApiGrpcPlugin::ApiGrpcPlugin() = default;
ApiGrpcPlugin::~ApiGrpcPlugin() = default;

Result<void> ApiGrpcPlugin::activate(PluginContext &context, const QJsonObject &config, Call &)
{
    m_context = &context;
    m_log = std::make_unique<GrpcLog>(context);

    m_options.path = config.value(QStringLiteral("socket")).toString();
    if (m_options.path.isEmpty())
        m_options.path = context.folder(Folder::Run) + QStringLiteral("/agent.sock");
    bool isOctal = false;
    m_options.mode = config.value(QStringLiteral("socket_mode")).toString(QStringLiteral("0660")).toUInt(&isOctal, 8);
    if (!isOctal || m_options.mode > 0777)
        return Error(Code::InvalidArgument, QStringLiteral("socket_mode must be octal, such as \"0660\""))
            .withField(QStringLiteral("socket_mode"));

    Health health(Health::Status::Ready, QString());
    const QString group = config.value(QStringLiteral("group")).toString(QStringLiteral("ghost"));
    m_options.group = group.isEmpty() ? std::nullopt : groupNamed(group);
    if (!group.isEmpty() && !m_options.group) {
        m_options.mode = 0600;
        const QString reason = QStringLiteral("there is no group '%1', so only the agent's own user may connect to %2")
                                   .arg(group, m_options.path);
        context.log(LogLevel::Warning, reason);
        health = Health(Health::Status::Degraded, reason);
    }
    context.setHealth(health);
    return {};
}

Result<void> ApiGrpcPlugin::deactivate(Call &)
{
    m_log.reset();
    return {};
}

Result<void> ApiGrpcPlugin::open(Agent &agent)
{
    auto server = ApiServer::start(agent, *m_context, m_options);
    if (!server) {
        m_context->setHealth(Health(Health::Status::Down, server.error().text()));
        return server.error();
    }
    m_server = std::move(*server);
    m_context->log(LogLevel::Info, QStringLiteral("listening on %1").arg(m_options.path));
    return {};
}

void ApiGrpcPlugin::close()
{
    m_server.reset();
}

} // namespace ghost::api
