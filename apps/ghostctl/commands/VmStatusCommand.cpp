// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/VmStatusCommand.h"

#include <algorithm>

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

bool hasFacet(const v1::ListPluginsResponse &list, const std::string &plugin, const char *facet)
{
    for (const v1::Plugin &one : list.plugins())
        if (one.id() == plugin)
            return std::find(one.facets().begin(), one.facets().end(), facet) != one.facets().end();
    return false;
}

/// The commands that not every VM has, as far as its plugins can carry them out, in whatever state it is.
QStringList supportedBy(const v1::ListPluginsResponse &plugins, const v1::Vm &vm)
{
    QStringList commands;
    if (hasFacet(plugins, vm.hypervisor(), "VmConsole"))
        commands.append(QStringLiteral("console"));
    if (hasFacet(plugins, vm.hypervisor(), "VmPause"))
        commands.append(QStringLiteral("pause"));
    if (hasFacet(plugins, vm.hypervisor(), "VmNicUpdate") && hasFacet(plugins, vm.network(), "PortForwards"))
        commands.append(QStringLiteral("forward"));
    return commands;
}

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
    const Result<v1::ListPluginsResponse> plugins =
        ask(session, &v1::AgentService::Stub::ListPlugins, v1::ListPluginsRequest());
    if (!plugins)
        return plugins.error();
    const QStringList supported = supportedBy(*plugins, response->vm());
    if (session.output().isForPeople()) {
        session.output().text(vmDetailsText(response->vm(), supported));
        return {};
    }
    QJsonObject record = toJson(response->vm());
    record.insert(QStringLiteral("supports"), QJsonArray::fromStringList(supported));
    session.output().value(record);
    return {};
}

} // namespace ghost::ctl
