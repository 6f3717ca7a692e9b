// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/OperationListCommand.h"

#include <algorithm>

#include <CLI/CLI.hpp>
#include <ghost/agent/v1/agent.grpc.pb.h>

#include "Session.h"
#include "agent/Rpc.h"
#include "input/CliOptions.h"
#include "output/OperationTable.h"
#include "output/ProtoJson.h"
#include "output/StandardError.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

constexpr int agentsLimit = 100;
constexpr int agentsLargestLimit = 1000;

/// The last operations of the VMs that had this name; a VM that is gone is found by its id alone.
Result<v1::ListOperationsResponse> operationsOfGoneVm(Session &session, const std::string &name)
{
    v1::ListOperationsRequest request;
    request.set_include_ended(true);
    request.set_limit(agentsLargestLimit);
    auto list = ask(session, &v1::AgentService::Stub::ListOperations, request);
    if (!list)
        return list;
    auto &operations = *list->mutable_operations();
    const auto isOther = [&name](const v1::Operation &one) { return one.vm_id().empty() || one.subject() != name; };
    operations.erase(std::remove_if(operations.begin(), operations.end(), isOther), operations.end());
    return list;
}

void keepWanted(v1::ListOperationsResponse &list, bool all, int limit)
{
    auto &operations = *list.mutable_operations();
    if (!all)
        operations.erase(std::remove_if(operations.begin(), operations.end(), &hasEnded), operations.end());
    if (limit < operations.size())
        operations.erase(operations.begin() + limit, operations.end());
}

} // namespace

void OperationListCommand::declare(CLI::App &app)
{
    addSwitch(app, "--all", m_all, "Also those that have ended, newest first");
    addText(app, "--vm", m_vm, "Only those of this VM, also of one that is gone")->type_name("VM");
    addNumber(app, "--limit", m_limit, "At most so many, 1 to 1000 (default 100)");
}

Result<v1::ListOperationsResponse> OperationListCommand::wanted(Session &session) const
{
    v1::ListOperationsRequest request;
    request.set_vm(m_vm.toStdString());
    request.set_include_ended(m_all);
    if (m_limit)
        request.set_limit(*m_limit);
    auto list = ask(session, &v1::AgentService::Stub::ListOperations, request);
    if (list || list.error().code() != Code::NotFound)
        return list;
    auto ofGone = operationsOfGoneVm(session, request.vm());
    if (!ofGone || ofGone->operations().empty())
        return list;
    keepWanted(*ofGone, m_all, m_limit.value_or(agentsLimit));
    return ofGone;
}

Result<void> OperationListCommand::run(Session &session)
{
    const Result<v1::ListOperationsResponse> list = wanted(session);
    if (!list)
        return list.error();
    if (session.output().isForPeople() && list->operations().empty() && !m_all)
        writeStandardError("no operation is under way (--all shows those that have ended, too)\n");
    if (session.output().isForPeople())
        session.output().text(operationTableText(*list));
    else
        session.output().value(toJsonArray(list->operations()));
    return {};
}

} // namespace ghost::ctl
