// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/OrderShowCommand.h"

#include <CLI/CLI.hpp>
#include <ghost/cloud/v1/operator.grpc.pb.h>

#include "Session.h"
#include "agent/Rpc.h"
#include "input/CliOptions.h"
#include "output/OperatorTable.h"
#include "output/ProtoJson.h"

namespace ghost::ctl {

void OrderShowCommand::declare(CLI::App &app)
{
    addText(app, "COMMAND", m_id, "Id of the command")->required();
}

Result<void> OrderShowCommand::run(Session &session)
{
    cloud::v1::ListCommandsRequest request;
    request.set_id(m_id.toStdString());
    const auto list = ask(session, &cloud::v1::OperatorService::Stub::ListCommands, request);
    if (!list)
        return list.error();
    if (list->commands().empty())
        return Error(Code::NotFound, QStringLiteral("no command %1").arg(m_id));
    if (session.output().isForPeople())
        session.output().text(commandDetailsText(list->commands(0)));
    else
        session.output().value(toJson(list->commands(0)));
    return {};
}

} // namespace ghost::ctl
