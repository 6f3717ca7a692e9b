// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "agents/Reports.h"

#include <string_view>

#include "Times.h"
#include "agents/RequestRules.h"
#include "commands/Dispatch.h"

namespace ghost::cloud {
namespace {

constexpr const char *deletedKind = "vm.deleted";

std::string wordOf(ghost::agent::v1::VmState state)
{
    constexpr std::string_view prefix = "VM_STATE_";
    std::string name = ghost::agent::v1::VmState_Name(state);
    if (name.starts_with(prefix))
        name.erase(0, prefix.size());
    for (char &letter : name)
        letter = char(std::tolower(static_cast<unsigned char>(letter)));
    return name;
}

std::string textOf(const char *kind, const ghost::agent::v1::Vm &vm)
{
    if (kind == deletedKind)
        return vm.name() + " deleted";
    const std::string state = vm.name() + " " + wordOf(vm.state());
    return vm.problem().empty() ? state : state + ": " + vm.problem();
}

} // namespace

Result<void> Reports::created(const v1::ReportVMCreatedRequest &request)
{
    return take(request.header(), "vm.created", request.vm());
}

Result<void> Reports::changed(const v1::ReportVMStatusChangeRequest &request)
{
    return take(request.header(), "vm.changed", request.vm());
}

Result<void> Reports::deleted(const v1::ReportVMDeletedRequest &request)
{
    ghost::agent::v1::Vm vm;
    vm.set_id(request.vm_id());
    vm.set_name(request.vm_name());
    return take(request.header(), deletedKind, vm);
}

Result<void> Reports::take(const v1::ReportHeader &header, const char *kind, const ghost::agent::v1::Vm &vm)
{
    if (header.sequence() == 0)
        return Error(Code::InvalidArgument, QStringLiteral("sequence numbers begin with 1"))
            .withField(QStringLiteral("header.sequence"));
    if (auto ok = checkVm(vm); !ok)
        return ok;
    const auto found = m_registration.holder(header.identity());
    if (!found)
        return found.error();
    AgentRecord &record = **found;
    const quint64 last = record.agent.last_sequence();
    if (header.sequence() <= last)
        return {}; // seen
    if (header.sequence() > last + 1)
        noteGap(record, header.sequence());

    // A beat may have brought it already, and newer ones with it.
    if (header.sequence() > record.generation) {
        if (kind == deletedKind)
            m.vms.remove(record.agent.id(), vm.id());
        else
            m.vms.put(record.agent.id(), vm, header.sequence(), m.clock.wall());
        record.generation = header.sequence();
        record.picture.clear();
    }
    record.agent.set_last_sequence(header.sequence());
    m.roster.save(record);

    v1::HistoryEntry entry;
    entry.set_agent_id(record.agent.id());
    entry.set_kind(kind);
    entry.set_subject(vm.id());
    entry.set_text(textOf(kind, vm));
    entry.set_sequence(header.sequence());
    entry.set_operation_id(header.operation_id());
    m.history.add(std::move(entry));
    return {};
}

Result<void> Reports::commandsEnded(const v1::ReportCommandResultRequest &request)
{
    const auto found = m_registration.known(request.identity());
    if (!found)
        return found.error();
    if (auto ok = checkResults(request); !ok)
        return ok;
    for (const v1::CommandResult &result : request.results())
        m.dispatch.end(**found, result);
    return {};
}

void Reports::noteGap(const AgentRecord &record, quint64 sequence)
{
    m.history.add(record.agent.id(), "agent.gap",
                  "reports " + std::to_string(record.agent.last_sequence() + 1) + " to " +
                      std::to_string(sequence - 1) + " never came; the next beat has the whole picture");
}

} // namespace ghost::cloud
