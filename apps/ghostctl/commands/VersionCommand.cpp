// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/VersionCommand.h"

#include <ghost/agent/v1/agent.grpc.pb.h>

#include <QtCore/QJsonObject>

#include "Session.h"
#include "agent/Rpc.h"
#include "output/StandardError.h"
#include "output/Table.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

} // namespace

void VersionCommand::declare(CLI::App &) {}

Result<void> VersionCommand::run(Session &session)
{
    QString why;
    v1::AgentStatus status;
    if (const Result<void> connected = session.connect(); !connected) {
        why = connected.error().text();
    } else if (const Result<v1::GetAgentStatusResponse> response =
                   ask(session, &v1::AgentService::Stub::GetAgentStatus, v1::GetAgentStatusRequest());
               !response) {
        if (session.interrupts().interrupted())
            return response.error();
        why = response.error().text();
    } else {
        status = response->status();
    }

    const QString agentVersion = QString::fromStdString(status.version());
    if (session.output().isForPeople()) {
        Table table;
        table.addRow({QStringLiteral("ghostctl"), QStringLiteral(GHOST_VERSION)});
        table.addRow({QStringLiteral("agent"), agentVersion});
        session.output().text(table.toText());
    } else {
        session.output().value(QJsonObject{{QStringLiteral("ghostctl"), QStringLiteral(GHOST_VERSION)},
                                           {QStringLiteral("agent"), agentVersion}});
    }
    if (!why.isEmpty())
        printNote(why);
    return {};
}

} // namespace ghost::ctl
