// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/OperatorDesk.h"

#include "Times.h"
#include "agents/RequestRules.h"
#include "commands/Dispatch.h"
#include "ghost/Ids.h"

namespace ghost::cloud {
namespace {

constexpr qint64 usualValidity = 5LL * 60'000;
/// Not ended, for one agent.
constexpr int mostOpen = 1000;
constexpr size_t longestRequestId = 128;
constexpr int usualLimit = 100;
constexpr int biggestLimit = 1000;

template <class Request>
Result<int> limitOf(const Request &request)
{
    if (!request.has_limit())
        return usualLimit;
    if (request.limit() < 1 || request.limit() > biggestLimit)
        return Error(Code::InvalidArgument, QStringLiteral("limit is 1 to %1").arg(biggestLimit))
            .withField(QStringLiteral("limit"));
    return request.limit();
}

/// The VM that the command names; null: it names none.
std::string *vmOf(v1::Command &command)
{
    switch (command.action_case()) {
    case v1::Command::kStart:
        return command.mutable_start()->mutable_vm();
    case v1::Command::kStop:
        return command.mutable_stop()->mutable_vm();
    case v1::Command::kRestart:
        return command.mutable_restart()->mutable_vm();
    case v1::Command::kDelete:
        return command.mutable_delete_()->mutable_vm();
    default:
        return nullptr;
    }
}

} // namespace

Result<std::string> OperatorDesk::filter(const std::string &idOrName)
{
    if (idOrName.empty())
        return std::string();
    const auto record = m.roster.resolve(idOrName);
    if (!record)
        return record.error();
    return (*record)->agent.id();
}

Result<void> OperatorDesk::listAgents(v1::ListAgentsResponse &response)
{
    for (const auto &[id, record] : m.roster.all()) {
        v1::Agent &agent = *response.add_agents();
        agent = record.agent;
        agent.set_vm_count(m.vms.count(id));
    }
    return {};
}

Result<void> OperatorDesk::listVms(const v1::ListVMsRequest &request, v1::ListVMsResponse &response)
{
    const auto wanted = filter(request.agent());
    if (!wanted)
        return wanted.error();
    for (const auto &[id, record] : m.roster.all()) {
        if (!wanted->empty() && id != *wanted)
            continue;
        for (v1::KnownVM vm : m.vms.list(id)) {
            vm.set_agent_name(record.agent.name());
            // What a beat confirmed is not written anew.
            if (record.pictureToldAt > millisecondsOf(vm.reported_at()))
                *vm.mutable_reported_at() = timestampOf(record.pictureToldAt);
            *response.add_vms() = std::move(vm);
        }
    }
    return {};
}

Result<void> OperatorDesk::submit(const v1::SubmitCommandRequest &request, v1::SubmitCommandResponse &response)
{
    if (request.request_id().size() > longestRequestId)
        return Error(Code::InvalidArgument, QStringLiteral("request_id has at most %1 bytes").arg(longestRequestId))
            .withField(QStringLiteral("request_id"));
    if (const auto first = m_commands.findByRequest(request.request_id())) {
        *response.mutable_command() = *first;
        return {};
    }
    if (auto ok = checkCommand(request.command()); !ok)
        return ok;
    const auto found = m.roster.resolve(request.agent());
    if (!found)
        return found.error();
    const AgentRecord &record = **found;
    if (record.hasEnded)
        return Error(Code::FailedPrecondition, QStringLiteral("this agent's owner has left the cloud"));
    if (m_commands.countOpen(record.agent.id()) >= mostOpen)
        return Error(Code::ResourceExhausted, QStringLiteral("%1 commands wait for this agent").arg(mostOpen));

    v1::KnownCommand &known = *response.mutable_command();
    v1::Command &command = *known.mutable_command();
    command = request.command();
    if (auto ok = nameVmById(record, command); !ok)
        return ok;
    command.set_id(OperationId::create().toString().toStdString());
    if (command.valid_milliseconds() == 0)
        command.set_valid_milliseconds(usualValidity);
    *command.mutable_issued_at() = timestampOf(m.clock.wall());
    *known.mutable_issued_at() = command.issued_at();
    known.set_agent_id(record.agent.id());
    known.set_state(v1::COMMAND_STATE_WAITING);
    m_commands.add(known, request.request_id());
    m.dispatch.push(record);
    return {};
}

/// A name may be another VM's by the time the command arrives.
Result<void> OperatorDesk::nameVmById(const AgentRecord &record, v1::Command &command)
{
    std::string *vm = vmOf(command);
    if (!vm || !VmId::fromString(text(*vm)).isNull())
        return {};
    for (const v1::KnownVM &known : m.vms.list(record.agent.id())) {
        if (known.vm().name() == *vm) {
            *vm = known.vm().id();
            return {};
        }
    }
    return Error(Code::NotFound, QStringLiteral("%1 has no VM '%2'").arg(text(record.agent.name()), text(*vm)))
        .withField(QStringLiteral("command.vm"))
        .withHint(QStringLiteral("ghostctl vms lists them"));
}

Result<void> OperatorDesk::listCommands(const v1::ListCommandsRequest &request, v1::ListCommandsResponse &response)
{
    const auto limit = limitOf(request);
    if (!limit)
        return limit.error();
    const auto agent = filter(request.agent());
    if (!agent)
        return agent.error();
    if (request.id().empty()) {
        for (const v1::KnownCommand &known : m_commands.list(*agent, *limit))
            *response.add_commands() = known;
        return {};
    }
    const auto known = m_commands.find(request.id());
    if (!known)
        return Error(Code::NotFound, QStringLiteral("no command %1").arg(text(request.id()).left(80)))
            .withField(QStringLiteral("id"));
    *response.add_commands() = *known;
    return {};
}

Result<void> OperatorDesk::listHistory(const v1::ListHistoryRequest &request, v1::ListHistoryResponse &response)
{
    const auto limit = limitOf(request);
    if (!limit)
        return limit.error();
    const auto agent = filter(request.agent());
    if (!agent)
        return agent.error();
    for (const v1::HistoryEntry &entry : m.history.list(*agent, *limit))
        *response.add_entries() = entry;
    return {};
}

} // namespace ghost::cloud
