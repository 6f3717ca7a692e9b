// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/CloudResumeCommand.h"

#include <CLI/CLI.hpp>
#include <ghost/agent/v1/agent.grpc.pb.h>

#include "Session.h"
#include "agent/Rpc.h"
#include "input/CliOptions.h"
#include "output/OperationReport.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

} // namespace

void CloudResumeCommand::declare(CLI::App &app)
{
    addSwitch(app, "--async", m_async, "Do not wait for its end: print the operation");
}

Result<void> CloudResumeCommand::run(Session &session)
{
    const Result<v1::Operation> operation =
        perform(session, &v1::AgentService::Stub::ResumeCloud, v1::ResumeCloudRequest(), m_async);
    if (!operation)
        return operation.error();
    report(session, *operation, QStringLiteral("resumed\n"));
    return {};
}

} // namespace ghost::ctl
