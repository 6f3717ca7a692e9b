// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/VmPauseCommand.h"

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

void VmPauseCommand::declare(CLI::App &app)
{
    addText(app, "VM", m_vm, "Name or id of the VM")->required();
    addSwitch(app, "--async", m_async, "Do not wait for its end: print the operation");
}

Result<void> VmPauseCommand::run(Session &session)
{
    v1::PauseVMRequest request;
    request.set_vm(m_vm.toStdString());
    const Result<v1::Operation> operation = perform(session, &v1::AgentService::Stub::PauseVM, request, m_async);
    if (!operation)
        return operation.error();
    report(session, *operation, QStringLiteral("paused\n"));
    return {};
}

} // namespace ghost::ctl
