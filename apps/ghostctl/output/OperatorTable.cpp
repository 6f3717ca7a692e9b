// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "output/OperatorTable.h"

#include <ghost/cloud/v1/operator.pb.h>

#include "output/ProtoJson.h"
#include "output/Readable.h"
#include "output/Table.h"
#include "output/VmTable.h"

namespace ghost::ctl {
namespace {

QString stateOf(const cloud::v1::Agent &agent)
{
    QString state = shortName(agent.state());
    if (agent.left_because() != cloud::v1::UNREGISTER_REASON_UNSPECIFIED)
        state += QStringLiteral(" (%1)").arg(shortName(agent.left_because()));
    if (agent.paused())
        state += QStringLiteral(", paused");
    if (agent.duplicated())
        state += QStringLiteral(", two machines");
    return state;
}

struct What
{
    const char *action;
    QString vm;
};

What whatOf(const cloud::v1::Command &command)
{
    switch (command.action_case()) {
    case cloud::v1::Command::kCreate:
        return {"create", QString::fromStdString(command.create().name())};
    case cloud::v1::Command::kStart:
        return {"start", QString::fromStdString(command.start().vm())};
    case cloud::v1::Command::kStop:
        return {"stop", QString::fromStdString(command.stop().vm())};
    case cloud::v1::Command::kRestart:
        return {"restart", QString::fromStdString(command.restart().vm())};
    case cloud::v1::Command::kDelete:
        return {"delete", QString::fromStdString(command.delete_().vm())};
    case cloud::v1::Command::ACTION_NOT_SET:
        break;
    }
    return {"", {}};
}

QString resultOf(const cloud::v1::KnownCommand &known)
{
    if (known.state() != cloud::v1::COMMAND_STATE_ENDED)
        return {};
    if (!known.result().has_error())
        return QStringLiteral("succeeded");
    return QStringLiteral("failed: ") + QString::fromStdString(known.result().error().message());
}

} // namespace

QString agentTableText(const cloud::v1::ListAgentsResponse &list)
{
    Table table({QStringLiteral("NAME"), QStringLiteral("ID"), QStringLiteral("STATE"), QStringLiteral("SEEN"),
                 QStringLiteral("VMS"), QStringLiteral("ADDRESS"), QStringLiteral("VERSION")});
    for (const cloud::v1::Agent &agent : list.agents())
        table.addRow({QString::fromStdString(agent.name()), QString::fromStdString(agent.id()), stateOf(agent),
                      readableAge(agent.last_seen()), QString::number(agent.vm_count()),
                      agent.addresses().empty() ? QString() : QString::fromStdString(agent.addresses(0)),
                      QString::fromStdString(agent.version())});
    return table.toText();
}

QString knownVmTableText(const cloud::v1::ListVMsResponse &list)
{
    Table table({QStringLiteral("AGENT"), QStringLiteral("NAME"), QStringLiteral("ID"), QStringLiteral("STATE"),
                 QStringLiteral("ADDRESS"), QStringLiteral("CPUS"), QStringLiteral("MEMORY"), QStringLiteral("TOLD")});
    for (const cloud::v1::KnownVM &known : list.vms())
        table.addRow({QString::fromStdString(known.agent_name()), QString::fromStdString(known.vm().name()),
                      QString::fromStdString(known.vm().id()), shortName(known.vm().state()), reachableAt(known.vm()),
                      QString::number(known.vm().cpus()), readableSize(known.vm().memory_bytes()),
                      readableAge(known.reported_at())});
    return table.toText();
}

QString commandTableText(const cloud::v1::ListCommandsResponse &list)
{
    Table table({QStringLiteral("ID"), QStringLiteral("COMMAND"), QStringLiteral("VM"), QStringLiteral("STATE"),
                 QStringLiteral("RESULT"), QStringLiteral("ISSUED")});
    for (const cloud::v1::KnownCommand &known : list.commands()) {
        const What what = whatOf(known.command());
        table.addRow({QString::fromStdString(known.command().id()), QLatin1String(what.action), what.vm,
                      shortName(known.state()), resultOf(known), readableTime(known.issued_at())});
    }
    return table.toText();
}

QString historyTableText(const cloud::v1::ListHistoryResponse &list)
{
    Table table({QStringLiteral("TIME"), QStringLiteral("AGENT"), QStringLiteral("WHAT"), QStringLiteral("TEXT")});
    for (const cloud::v1::HistoryEntry &entry : list.entries())
        table.addRow({readableTime(entry.time()), QString::fromStdString(entry.agent_id()),
                      QString::fromStdString(entry.kind()), QString::fromStdString(entry.text())});
    return table.toText();
}

QString commandDetailsText(const cloud::v1::KnownCommand &known)
{
    Table table;
    const auto row = [&table](const char *name, const QString &value) {
        if (!value.isEmpty())
            table.addRow({QLatin1String(name), value});
    };
    const What what = whatOf(known.command());
    row("id", QString::fromStdString(known.command().id()));
    row("command", QLatin1String(what.action));
    row("vm", what.vm);
    row("agent", QString::fromStdString(known.agent_id()));
    row("state", shortName(known.state()));
    row("result", resultOf(known));
    row("hint", QString::fromStdString(known.result().error().hint()));
    row("operation", QString::fromStdString(known.result().operation().id()));
    row("issued", readableTime(known.issued_at()));
    row("ended", readableTime(known.result().ended_at()));
    return table.toText();
}

} // namespace ghost::ctl
