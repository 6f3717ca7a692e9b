// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/HistoryCommand.h"

#include <CLI/CLI.hpp>
#include <ghost/cloud/v1/operator.grpc.pb.h>

#include "Session.h"
#include "agent/Rpc.h"
#include "input/CliOptions.h"
#include "output/OperatorTable.h"
#include "output/ProtoJson.h"

namespace ghost::ctl {

void HistoryCommand::declare(CLI::App &app)
{
    addText(app, "--agent", m_agent, "Only those of this agent: name or id")->type_name("AGENT");
    addNumber(app, "--limit", m_limit, "At most so many, newest first, 1 to 1000 (default 100)");
}

Result<void> HistoryCommand::run(Session &session)
{
    cloud::v1::ListHistoryRequest request;
    request.set_agent(m_agent.toStdString());
    if (m_limit)
        request.set_limit(*m_limit);
    const auto list = ask(session, &cloud::v1::OperatorService::Stub::ListHistory, request);
    if (!list)
        return list.error();
    if (session.output().isForPeople())
        session.output().text(historyTableText(*list));
    else
        session.output().value(toJsonArray(list->entries()));
    return {};
}

} // namespace ghost::ctl
