// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/OperationCancelCommand.h"

#include <CLI/CLI.hpp>
#include <ghost/agent/v1/agent.grpc.pb.h>

#include "Session.h"
#include "agent/Rpc.h"
#include "input/CliOptions.h"
#include "output/ProtoJson.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

} // namespace

void OperationCancelCommand::declare(CLI::App &app)
{
    addText(app, "OPERATION", m_id, "Id of the operation")->required();
}

Result<void> OperationCancelCommand::run(Session &session)
{
    v1::CancelOperationRequest request;
    request.set_id(m_id.toStdString());
    const Result<v1::CancelOperationResponse> response =
        ask(session, &v1::AgentService::Stub::CancelOperation, request);
    if (!response)
        return response.error();
    // The answer may come before the end; what is true then is what gets printed.
    if (session.output().isForPeople())
        session.output().text(response->operation().status() == v1::OPERATION_STATUS_CANCELLED
                                  ? QStringLiteral("cancelled\n")
                                  : QStringLiteral("cancelling (see ghostctl operation show)\n"));
    else
        session.output().value(toJson(response->operation()));
    return {};
}

} // namespace ghost::ctl
