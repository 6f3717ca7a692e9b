// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/VmRestartCommand.h"

#include <CLI/CLI.hpp>
#include <ghost/agent/v1/agent.grpc.pb.h>

#include "Session.h"
#include "agent/Rpc.h"
#include "input/CliOptions.h"
#include "output/OperationReport.h"
#include "output/Printable.h"
#include "output/ProtoJson.h"
#include "output/VmTable.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

} // namespace

void VmRestartCommand::declare(CLI::App &app)
{
    addText(app, "VM", m_vm, "Name or id of the VM")->required();
    m_stop.declare(app);
    addSwitch(app, "--no-wait", m_noWait, "Do not wait for its address");
    addSwitch(app, "--async", m_async, "Do not wait for its end: print the operation");
}

Result<void> VmRestartCommand::run(Session &session)
{
    v1::RestartVMRequest request;
    request.set_vm(m_vm.toStdString());
    request.set_no_wait(m_noWait);
    if (const Result<void> applied = m_stop.apply(request); !applied)
        return applied.error();
    if (const auto limit = m_stop.limit())
        session.allow(*limit);
    const Result<v1::Operation> operation =
        perform(session, &v1::AgentService::Stub::RestartVM, request, m_async, m_stop.ifCancelled());
    if (!operation)
        return operation.error();
    report(session, *operation,
           QStringLiteral("restarted (how: %1, address: %2)\n")
               .arg(shortName(operation->result().how()), printable(reachableAt(operation->result().vm()))));
    return {};
}

} // namespace ghost::ctl
