// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/VmStopCommand.h"

#include <CLI/CLI.hpp>
#include <ghost/agent/v1/agent.grpc.pb.h>

#include "Session.h"
#include "agent/Rpc.h"
#include "input/CliOptions.h"
#include "output/OperationReport.h"
#include "output/ProtoJson.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

} // namespace

void VmStopCommand::declare(CLI::App &app)
{
    addText(app, "VM", m_vm, "Name or id of the VM")->required();
    m_stop.declare(app);
    addSwitch(app, "--async", m_async, "Do not wait for its end: print the operation");
}

Result<void> VmStopCommand::run(Session &session)
{
    v1::StopVMRequest request;
    request.set_vm(m_vm.toStdString());
    if (const Result<void> applied = m_stop.apply(request); !applied)
        return applied.error();
    if (const auto limit = m_stop.limit())
        session.allow(*limit);
    const Result<v1::Operation> operation =
        perform(session, &v1::AgentService::Stub::StopVM, request, m_async, m_stop.ifCancelled());
    if (!operation)
        return operation.error();
    report(session, *operation, QStringLiteral("stopped (how: %1)\n").arg(shortName(operation->result().how())));
    return {};
}

} // namespace ghost::ctl
