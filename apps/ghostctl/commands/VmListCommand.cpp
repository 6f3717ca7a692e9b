// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/VmListCommand.h"

#include <ghost/agent/v1/agent.grpc.pb.h>

#include "Session.h"
#include "agent/Rpc.h"
#include "output/ProtoJson.h"
#include "output/StandardError.h"
#include "output/VmTable.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

} // namespace

void VmListCommand::declare(CLI::App &) {}

Result<void> VmListCommand::run(Session &session)
{
    const Result<v1::ListVMsResponse> list = ask(session, &v1::AgentService::Stub::ListVMs, v1::ListVMsRequest());
    if (!list)
        return list.error();
    if (!session.output().isForPeople()) {
        session.output().value(toJsonArray(list->vms()));
        return {};
    }
    session.output().text(vmTableText(*list));
    for (const v1::Vm &vm : list->vms()) {
        if (!vm.problem().empty())
            printNote(QString::fromStdString(vm.name() + ": " + vm.problem()));
    }
    return {};
}

} // namespace ghost::ctl
