// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/DestroyAllCommand.h"

#include <optional>

#include <QtCore/QJsonArray>
#include <QtCore/QJsonObject>

#include <CLI/CLI.hpp>
#include <ghost/agent/v1/agent.grpc.pb.h>

#include "Session.h"
#include "agent/Rpc.h"
#include "input/CliOptions.h"
#include "output/StandardError.h"
#include "output/VmTable.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

QString countText(qsizetype vms)
{
    return vms == 1 ? QStringLiteral("1 VM") : QStringLiteral("%1 VMs").arg(vms);
}

/// What it would do, and nothing done.
Error refusal(Session &session, const v1::ListVMsResponse &list)
{
    if (session.output().isForPeople() && list.vms_size() > 0)
        session.output().text(vmTableText(list));
    return Error(Code::FailedPrecondition, QStringLiteral("this removes %1 with all that is on their disks, and the "
                                                          "agent's networks, for good")
                                               .arg(countText(list.vms_size())))
        .withHint(QStringLiteral("if that is what you want: ghostctl destroy-all --yes"));
}

} // namespace

void DestroyAllCommand::declare(CLI::App &app)
{
    addSwitch(app, "--yes", m_yes, "Do it; without this the VMs are only listed");
    app.footer("Running VMs are cut off. Images stay: see ghostctl image remove.");
}

Result<void> DestroyAllCommand::run(Session &session)
{
    const Result<v1::ListVMsResponse> list = ask(session, &v1::AgentService::Stub::ListVMs, v1::ListVMsRequest());
    if (!list)
        return list.error();
    if (!m_yes)
        return refusal(session, *list);

    const Result<QStringList> removed = removeVms(session, *list);
    if (!removed)
        return removed.error();
    if (session.interrupts().interrupted())
        return Error(Code::Cancelled, QStringLiteral("the agent's networks are still there"));
    const Result<v1::Operation> networks =
        perform(session, &v1::AgentService::Stub::RemoveNetworks, v1::RemoveNetworksRequest(), false);
    if (!networks)
        return networks.error();
    if (session.output().isForPeople())
        session.output().text(
            QStringLiteral("removed: %1, and the agent's networks\n").arg(countText(removed->size())));
    else
        session.output().value(QJsonObject{{QStringLiteral("removed_vms"), QJsonArray::fromStringList(*removed)}});
    return {};
}

/// Goes on after a VM that cannot be removed; the first such error is the answer. Returns their names.
Result<QStringList> DestroyAllCommand::removeVms(Session &session, const v1::ListVMsResponse &list) const
{
    QStringList removed;
    std::optional<Error> firstError;
    for (const v1::Vm &vm : list.vms()) {
        const QString name = QString::fromStdString(vm.name());
        if (session.interrupts().interrupted()) // the delete before this one may have been past stopping
            return Error(Code::Cancelled,
                         QStringLiteral("stopped before '%1'; %2 removed").arg(name, countText(removed.size())));
        v1::DeleteVMRequest request;
        request.set_vm(vm.id());
        request.set_force(true);
        const Result<v1::Operation> operation =
            perform(session, &v1::AgentService::Stub::DeleteVM, request, false,
                    QStringLiteral("stopped at '%1'; %2 removed before it").arg(name, countText(removed.size())));
        if (operation || operation.error().code() == Code::NotFound) {
            removed.append(name);
            continue;
        }
        if (session.interrupts().interrupted())
            return operation.error();
        printErrorLine(QStringLiteral("%1: %2").arg(name, operation.error().text()));
        if (!firstError)
            firstError = operation.error().within(name);
    }
    if (firstError)
        return *firstError;
    return removed;
}

} // namespace ghost::ctl
