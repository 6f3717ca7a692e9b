// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/PluginListCommand.h"

#include <ghost/agent/v1/agent.grpc.pb.h>

#include "Session.h"
#include "agent/Rpc.h"
#include "output/PluginTable.h"
#include "output/ProtoJson.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

} // namespace

void PluginListCommand::declare(CLI::App &) {}

Result<void> PluginListCommand::run(Session &session)
{
    const Result<v1::ListPluginsResponse> list =
        ask(session, &v1::AgentService::Stub::ListPlugins, v1::ListPluginsRequest());
    if (!list)
        return list.error();
    if (session.output().isForPeople())
        session.output().text(pluginTableText(*list));
    else
        session.output().value(toJsonArray(list->plugins()));
    return {};
}

} // namespace ghost::ctl
