// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/AgentsCommand.h"

#include <ghost/cloud/v1/operator.grpc.pb.h>

#include "Session.h"
#include "agent/Rpc.h"
#include "output/OperatorTable.h"
#include "output/ProtoJson.h"

namespace ghost::ctl {

void AgentsCommand::declare(CLI::App &) {}

Result<void> AgentsCommand::run(Session &session)
{
    const auto list = ask(session, &cloud::v1::OperatorService::Stub::ListAgents, cloud::v1::ListAgentsRequest());
    if (!list)
        return list.error();
    if (session.output().isForPeople())
        session.output().text(agentTableText(*list));
    else
        session.output().value(toJsonArray(list->agents()));
    return {};
}

} // namespace ghost::ctl
