// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/CloudLeaveCommand.h"

#include <CLI/CLI.hpp>
#include <ghost/agent/v1/agent.grpc.pb.h>

#include "Session.h"
#include "agent/Rpc.h"
#include "input/CliOptions.h"
#include "output/OperationReport.h"
#include "output/Printable.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

/// What it would do, and nothing done.
Error refusal(const v1::CloudStatus &status)
{
    QString which;
    if (!status.agent_id().empty())
        which += QStringLiteral(" %1").arg(printable(QString::fromStdString(status.agent_id())));
    if (!status.endpoint().empty())
        which += QStringLiteral(" at %1").arg(printable(QString::fromStdString(status.endpoint())));
    return Error(Code::FailedPrecondition,
                 QStringLiteral("this ends the agent's identity%1 for good; the VMs stay").arg(which))
        .withHint(QStringLiteral("if that is what you want: ghostctl cloud leave --yes"));
}

} // namespace

void CloudLeaveCommand::declare(CLI::App &app)
{
    addSwitch(app, "--yes", m_yes, "Do it; without this it is only told what would end");
    addSwitch(app, "--async", m_async, "Do not wait for its end: print the operation");
    app.footer("The cloud is told when it can be reached. To only keep its commands out: ghostctl cloud pause.");
}

Result<void> CloudLeaveCommand::run(Session &session)
{
    if (!m_yes) {
        const Result<v1::GetCloudStatusResponse> response =
            ask(session, &v1::AgentService::Stub::GetCloudStatus, v1::GetCloudStatusRequest());
        return response ? refusal(response->status()) : response.error();
    }
    const Result<v1::Operation> operation =
        perform(session, &v1::AgentService::Stub::LeaveCloud, v1::LeaveCloudRequest(), m_async);
    if (!operation)
        return operation.error();
    report(session, *operation, QStringLiteral("left the cloud; the VMs stay\n"));
    return {};
}

} // namespace ghost::ctl
