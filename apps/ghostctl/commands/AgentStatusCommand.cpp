// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/AgentStatusCommand.h"

#include <ghost/agent/v1/agent.grpc.pb.h>

#include "Session.h"
#include "agent/Rpc.h"
#include "output/PluginTable.h"
#include "output/ProtoJson.h"
#include "output/Readable.h"
#include "output/StandardError.h"
#include "output/Table.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

QString share(qint64 total, qint64 reserved, qint64 promised)
{
    return QStringLiteral("%1 of %2 promised to VMs, %3 kept for the owner")
        .arg(readableSize(promised), readableSize(total), readableSize(reserved));
}

QString statusText(const v1::AgentStatus &status)
{
    const v1::HostResources &host = status.resources();
    Table table;
    table.addRow({QStringLiteral("agent"), QString::fromStdString(status.agent_id())});
    table.addRow({QStringLiteral("version"), QString::fromStdString(status.version())});
    table.addRow({QStringLiteral("uptime"), readableAge(status.started_at())});
    table.addRow(
        {QStringLiteral("vms"), QStringLiteral("%1, %2 running").arg(status.vms_total()).arg(status.vms_running())});
    table.addRow({QStringLiteral("operations"), QStringLiteral("%1 running").arg(status.operations_running())});
    table.addRow({QStringLiteral("cpus"),
                  QStringLiteral("%1, %2 kept for the owner").arg(host.total_cpus()).arg(host.reserved_cpus())});
    table.addRow({QStringLiteral("memory"),
                  share(host.total_memory_bytes(), host.reserved_memory_bytes(), host.promised_memory_bytes())});
    table.addRow({QStringLiteral("disk"),
                  share(host.total_disk_bytes(), host.reserved_disk_bytes(), host.promised_disk_bytes())});
    for (const v1::Plugin &plugin : status.plugins())
        table.addRow({QStringLiteral("plugin"),
                      QString::fromStdString(plugin.id()) + QStringLiteral(": ") + pluginConditionAndWhy(plugin)});
    return table.toText();
}

} // namespace

void AgentStatusCommand::declare(CLI::App &) {}

Result<void> AgentStatusCommand::run(Session &session)
{
    const Result<v1::GetAgentStatusResponse> response =
        ask(session, &v1::AgentService::Stub::GetAgentStatus, v1::GetAgentStatusRequest());
    if (!response)
        return response.error();
    const v1::AgentStatus &status = response->status();
    if (!session.output().isForPeople()) {
        session.output().value(toJson(status));
        return {};
    }
    session.output().text(statusText(status));
    for (const std::string &warning : status.warnings())
        printErrorLine(QStringLiteral("warning: ") + QString::fromStdString(warning));
    return {};
}

} // namespace ghost::ctl
