// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/CloudStatusCommand.h"

#include <ghost/agent/v1/agent.grpc.pb.h>

#include "Session.h"
#include "agent/Rpc.h"
#include "output/CloudTable.h"
#include "output/ProtoJson.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

} // namespace

void CloudStatusCommand::declare(CLI::App &) {}

Result<void> CloudStatusCommand::run(Session &session)
{
    const Result<v1::GetCloudStatusResponse> response =
        ask(session, &v1::AgentService::Stub::GetCloudStatus, v1::GetCloudStatusRequest());
    if (!response)
        return response.error();
    if (session.output().isForPeople())
        session.output().text(cloudStatusText(response->status()));
    else
        session.output().value(toJson(response->status()));
    return {};
}

} // namespace ghost::ctl
