// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/OperationShowCommand.h"

#include <CLI/CLI.hpp>
#include <ghost/agent/v1/agent.grpc.pb.h>

#include "Session.h"
#include "agent/Rpc.h"
#include "input/CliOptions.h"
#include "output/OperationTable.h"
#include "output/ProtoJson.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

} // namespace

void OperationShowCommand::declare(CLI::App &app)
{
    addText(app, "OPERATION", m_id, "Id of the operation")->required();
}

Result<void> OperationShowCommand::run(Session &session)
{
    v1::GetOperationRequest request;
    request.set_id(m_id.toStdString());
    const Result<v1::GetOperationResponse> response = ask(session, &v1::AgentService::Stub::GetOperation, request);
    if (!response)
        return response.error();
    if (session.output().isForPeople())
        session.output().text(operationDetailsText(response->operation()));
    else
        session.output().value(toJson(response->operation()));
    return {};
}

} // namespace ghost::ctl
