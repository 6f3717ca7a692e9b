// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/CloudPauseCommand.h"

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

void CloudPauseCommand::declare(CLI::App &app)
{
    addSwitch(app, "--async", m_async, "Do not wait for its end: print the operation");
    app.footer("Works with the network down. Kept over restarts of the agent; what it reports goes on.");
}

Result<void> CloudPauseCommand::run(Session &session)
{
    const Result<v1::Operation> operation =
        perform(session, &v1::AgentService::Stub::PauseCloud, v1::PauseCloudRequest(), m_async);
    if (!operation)
        return operation.error();
    report(session, *operation, QStringLiteral("paused: no command of the cloud begins until ghostctl cloud resume\n"));
    return {};
}

} // namespace ghost::ctl
