// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/VmStatusCommand.h"

#include <CLI/CLI.hpp>
#include <ghost/agent/v1/agent.grpc.pb.h>

#include "Session.h"
#include "agent/Rpc.h"
#include "input/CliOptions.h"
#include "output/ProtoJson.h"
#include "output/VmTable.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

} // namespace

void VmStatusCommand::declare(CLI::App &app)
{
    addText(app, "VM", m_vm, "Name or id of the VM")->required();
}

Result<void> VmStatusCommand::run(Session &session)
{
    v1::GetVMStatusRequest request;
    request.set_vm(m_vm.toStdString());
    const Result<v1::GetVMStatusResponse> response = ask(session, &v1::AgentService::Stub::GetVMStatus, request);
    if (!response)
        return response.error();
    if (session.output().isForPeople())
        session.output().text(vmDetailsText(response->vm()));
    else
        session.output().value(toJson(response->vm()));
    return {};
}

} // namespace ghost::ctl
