// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/OperationListCommand.h"

#include <CLI/CLI.hpp>
#include <ghost/agent/v1/agent.grpc.pb.h>

#include "Session.h"
#include "agent/Rpc.h"
#include "input/CliOptions.h"
#include "output/OperationTable.h"
#include "output/ProtoJson.h"
#include "output/StandardError.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

} // namespace

void OperationListCommand::declare(CLI::App &app)
{
    addSwitch(app, "--all", m_all, "Also those that have ended, newest first");
    addText(app, "--vm", m_vm, "Only those of this VM")->type_name("VM");
    addNumber(app, "--limit", m_limit, "At most so many, 1 to 1000 (default 100)");
}

Result<void> OperationListCommand::run(Session &session)
{
    v1::ListOperationsRequest request;
    request.set_vm(m_vm.toStdString());
    request.set_include_ended(m_all);
    if (m_limit)
        request.set_limit(*m_limit);
    const Result<v1::ListOperationsResponse> list = ask(session, &v1::AgentService::Stub::ListOperations, request);
    if (!list)
        return list.error();
    if (session.output().isForPeople() && list->operations().empty() && !m_all)
        writeStandardError("no operation is under way (--all shows those that have ended, too)\n");
    if (session.output().isForPeople())
        session.output().text(operationTableText(*list));
    else
        session.output().value(toJsonArray(list->operations()));
    return {};
}

} // namespace ghost::ctl
