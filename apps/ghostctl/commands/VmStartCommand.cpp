// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/VmStartCommand.h"

#include <CLI/CLI.hpp>
#include <ghost/agent/v1/agent.grpc.pb.h>

#include "Session.h"
#include "agent/Rpc.h"
#include "input/CliOptions.h"
#include "output/OperationReport.h"
#include "output/Printable.h"
#include "output/VmTable.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

} // namespace

void VmStartCommand::declare(CLI::App &app)
{
    addText(app, "VM", m_vm, "Name or id of the VM")->required();
    addSwitch(app, "--no-wait", m_noWait, "Do not wait for its address");
    addSwitch(app, "--async", m_async, "Do not wait for its end: print the operation");
}

Result<void> VmStartCommand::run(Session &session)
{
    v1::StartVMRequest request;
    request.set_vm(m_vm.toStdString());
    request.set_no_wait(m_noWait);
    const Result<v1::Operation> operation = perform(session, &v1::AgentService::Stub::StartVM, request, m_async);
    if (!operation)
        return operation.error();
    const QString address = printable(reachableAt(operation->result().vm()));
    report(session, *operation,
           address.isEmpty() ? QStringLiteral("started\n") : QStringLiteral("started (address: %1)\n").arg(address));
    return {};
}

} // namespace ghost::ctl
