// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/VmsCommand.h"

#include <CLI/CLI.hpp>
#include <ghost/cloud/v1/operator.grpc.pb.h>

#include "Session.h"
#include "agent/Rpc.h"
#include "input/CliOptions.h"
#include "output/OperatorTable.h"
#include "output/ProtoJson.h"

namespace ghost::ctl {

void VmsCommand::declare(CLI::App &app)
{
    addText(app, "--agent", m_agent, "Only those of this agent: name or id")->type_name("AGENT");
}

Result<void> VmsCommand::run(Session &session)
{
    cloud::v1::ListVMsRequest request;
    request.set_agent(m_agent.toStdString());
    const auto list = ask(session, &cloud::v1::OperatorService::Stub::ListVMs, request);
    if (!list)
        return list.error();
    if (session.output().isForPeople())
        session.output().text(knownVmTableText(*list));
    else
        session.output().value(toJsonArray(list->vms()));
    return {};
}

} // namespace ghost::ctl
