// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/VmDeleteCommand.h"

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

void VmDeleteCommand::declare(CLI::App &app)
{
    addText(app, "VM", m_vm, "Name or id of the VM")->required();
    addSwitch(app, "--force", m_force, "Cut its power if it runs");
    addSwitch(app, "--async", m_async, "Do not wait for its end: print the operation");
}

Result<void> VmDeleteCommand::run(Session &session)
{
    v1::DeleteVMRequest request;
    request.set_vm(m_vm.toStdString());
    request.set_force(m_force);
    const Result<v1::Operation> operation = perform(session, &v1::AgentService::Stub::DeleteVM, request, m_async);
    if (!operation)
        return operation.error();
    report(session, *operation, QStringLiteral("deleted\n"));
    return {};
}

} // namespace ghost::ctl
