// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "output/OperationTable.h"

#include <ghost/agent/v1/agent.pb.h>

#include "output/ProtoJson.h"
#include "output/Readable.h"
#include "output/Table.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

QString stepWithPercent(const v1::Operation &operation)
{
    const QString step = QString::fromStdString(operation.step());
    return operation.percent() < 0 || step.isEmpty() ? step
                                                     : QStringLiteral("%1 %2 %").arg(step).arg(operation.percent());
}

QString errorText(const v1::Error &error)
{
    const QString message = QString::fromStdString(error.message());
    return error.hint().empty() ? message
                                : QStringLiteral("%1 (%2)").arg(message, QString::fromStdString(error.hint()));
}

} // namespace

QString operationTableText(const v1::ListOperationsResponse &list)
{
    Table table({QStringLiteral("ID"), QStringLiteral("COMMAND"), QStringLiteral("SUBJECT"), QStringLiteral("STATUS"),
                 QStringLiteral("STEP"), QStringLiteral("WHO"), QStringLiteral("CREATED")});
    for (const v1::Operation &operation : list.operations())
        table.addRow({QString::fromStdString(operation.id()), QString::fromStdString(operation.command()),
                      QString::fromStdString(operation.subject()), shortName(operation.status()),
                      stepWithPercent(operation), QString::fromStdString(operation.principal()),
                      readableTime(operation.created_at())});
    return table.toText();
}

QString operationDetailsText(const v1::Operation &operation)
{
    Table table;
    const auto row = [&table](const char *name, const QString &value) {
        if (!value.isEmpty())
            table.addRow({QLatin1String(name), value});
    };
    row("id", QString::fromStdString(operation.id()));
    row("command", QString::fromStdString(operation.command()));
    row("subject", QString::fromStdString(operation.subject()));
    row("vm", QString::fromStdString(operation.vm_id()));
    row("status", shortName(operation.status()));
    row("step", stepWithPercent(operation));
    row("how", shortName(operation.result().how()));
    row("error", errorText(operation.error()));
    for (const std::string &note : operation.notes())
        row("note", QString::fromStdString(note));
    row("who", QString::fromStdString(operation.principal()));
    row("request", QString::fromStdString(operation.request_id()));
    row("created", readableTime(operation.created_at()));
    row("started", readableTime(operation.started_at()));
    row("ended", readableTime(operation.ended_at()));
    return table.toText();
}

} // namespace ghost::ctl
