// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/PluginInfoCommand.h"

#include <CLI/CLI.hpp>
#include <ghost/agent/v1/agent.grpc.pb.h>

#include "Session.h"
#include "agent/Rpc.h"
#include "input/CliOptions.h"
#include "output/PluginTable.h"
#include "output/ProtoJson.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

} // namespace

void PluginInfoCommand::declare(CLI::App &app)
{
    addText(app, "PLUGIN", m_id, "Id of the plugin")->required();
}

Result<void> PluginInfoCommand::run(Session &session)
{
    const Result<v1::ListPluginsResponse> list =
        ask(session, &v1::AgentService::Stub::ListPlugins, v1::ListPluginsRequest());
    if (!list)
        return list.error();
    QStringList known;
    for (const v1::Plugin &plugin : list->plugins()) {
        known.append(QString::fromStdString(plugin.id()));
        if (known.last() != m_id)
            continue;
        if (session.output().isForPeople())
            session.output().text(pluginDetailsText(plugin));
        else
            session.output().value(toJson(plugin));
        return {};
    }
    return Error(Code::NotFound, QStringLiteral("no plugin '%1'").arg(m_id))
        .withHint(QStringLiteral("there are: %1").arg(known.join(QStringLiteral(", "))));
}

} // namespace ghost::ctl
