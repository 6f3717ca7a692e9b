// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "agents/RequestRules.h"

#include <set>

#include "storage/Database.h"

namespace ghost::cloud {
namespace {

constexpr size_t longestId = 64;
constexpr size_t longestName = 255;
constexpr int mostAddresses = 64;
constexpr int mostVms = 10'000;
constexpr int mostResults = 64;
constexpr size_t biggestVm = 16UL * 1024;
constexpr size_t biggestCommand = 64UL * 1024;
constexpr qint64 longestValidity = 30LL * 24 * 3600 * 1000;

Error wrong(const char *field, const QString &why)
{
    return Error(Code::InvalidArgument, QStringLiteral("%1 %2").arg(QLatin1String(field), why))
        .withField(QLatin1String(field));
}

Result<void> checkId(const char *field, const std::string &id)
{
    if (id.empty() || id.size() > longestId)
        return wrong(field, QStringLiteral("must have 1 to %1 bytes").arg(longestId));
    return {};
}

} // namespace

Result<void> checkIdentity(const v1::AgentIdentity &identity)
{
    if (auto ok = checkId("identity.agent_id", identity.agent_id()); !ok)
        return ok;
    if (auto ok = checkId("identity.boot_id", identity.boot_id()); !ok)
        return ok;
    return checkId("identity.instance_id", identity.instance_id());
}

Result<void> checkRegistration(const v1::RegisterAgentRequest &request)
{
    v1::AgentIdentity identity = request.identity();
    if (identity.agent_id().empty())
        identity.set_agent_id("none yet");
    if (auto ok = checkIdentity(identity); !ok)
        return ok;
    if (auto ok = checkId("installation_id", request.installation_id()); !ok)
        return ok;
    if (request.name().empty() || request.name().size() > longestName)
        return wrong("name", QStringLiteral("must have 1 to %1 bytes").arg(longestName));
    if (request.version().size() > longestName)
        return wrong("version", QStringLiteral("has at most %1 bytes").arg(longestName));
    if (request.addresses_size() > mostAddresses)
        return wrong("addresses", QStringLiteral("are at most %1").arg(mostAddresses));
    return {};
}

Result<void> checkVm(const ghost::agent::v1::Vm &vm)
{
    if (auto ok = checkId("vm.id", vm.id()); !ok)
        return ok;
    if (vm.ByteSizeLong() > biggestVm)
        return wrong("vm", QStringLiteral("has at most %1 bytes").arg(biggestVm));
    return {};
}

Result<void> checkPicture(const v1::HeartbeatRequest &request)
{
    if (request.vms_size() > mostVms)
        return wrong("vms", QStringLiteral("are at most %1").arg(mostVms));
    if (request.addresses_size() > mostAddresses)
        return wrong("addresses", QStringLiteral("are at most %1").arg(mostAddresses));
    std::set<std::string> ids;
    for (const ghost::agent::v1::Vm &vm : request.vms()) {
        if (auto ok = checkVm(vm); !ok)
            return ok;
        if (!ids.insert(vm.id()).second)
            return wrong("vms", QStringLiteral("have %1 twice").arg(text(vm.id())));
    }
    return {};
}

Result<void> checkResults(const v1::ReportCommandResultRequest &request)
{
    if (request.results_size() > mostResults)
        return wrong("results", QStringLiteral("are at most %1").arg(mostResults));
    for (const v1::CommandResult &result : request.results()) {
        if (auto ok = checkId("results.command_id", result.command_id()); !ok)
            return ok;
        if (result.ByteSizeLong() > biggestCommand)
            return wrong("results", QStringLiteral("have at most %1 bytes each").arg(biggestCommand));
    }
    return {};
}

std::string actionOf(const v1::Command &command)
{
    switch (command.action_case()) {
    case v1::Command::kCreate:
        return "create";
    case v1::Command::kStart:
        return "start";
    case v1::Command::kStop:
        return "stop";
    case v1::Command::kRestart:
        return "restart";
    case v1::Command::kDelete:
        return "delete";
    case v1::Command::ACTION_NOT_SET:
        break;
    }
    return {};
}

Result<void> checkCommand(const v1::Command &command)
{
    if (actionOf(command).empty())
        return wrong("command.action", QStringLiteral("is missing"))
            .withHint(QStringLiteral("create, start, stop, restart or delete"));
    if (!command.id().empty())
        return wrong("command.id", QStringLiteral("is the Core's to give"));
    if (command.valid_milliseconds() < 0 || command.valid_milliseconds() > longestValidity)
        return wrong("command.valid_milliseconds", QStringLiteral("is 1 to 30 days' worth, or 0 for the usual"));
    if (command.ByteSizeLong() > biggestCommand)
        return wrong("command", QStringLiteral("has at most %1 bytes").arg(biggestCommand));
    if (command.has_create() && command.create().name().empty())
        return wrong("command.create.name", QStringLiteral("is missing"));
    return {};
}

} // namespace ghost::cloud
