// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "output/OperationReport.h"

#include <ghost/agent/v1/agent.pb.h>

#include "Session.h"
#include "agent/OperationWait.h"
#include "output/Printable.h"
#include "output/ProtoJson.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

QJsonObject recordOf(const v1::Operation &operation, std::chrono::milliseconds took)
{
    const v1::OperationResult &result = operation.result();
    QJsonObject record;
    if (result.has_vm())
        record = toJson(result.vm());
    else if (result.has_image())
        record = toJson(result.image());
    else if (!operation.subject().empty())
        record.insert(QStringLiteral("name"), QString::fromStdString(operation.subject()));
    if (result.how() != v1::STOP_METHOD_UNSPECIFIED)
        record.insert(QStringLiteral("how"), shortName(result.how()));
    QJsonArray notes;
    for (const std::string &note : operation.notes())
        notes.append(QString::fromStdString(note));
    record.insert(QStringLiteral("notes"), notes);
    record.insert(QStringLiteral("operation_id"), QString::fromStdString(operation.id()));
    record.insert(QStringLiteral("took_ms"), qint64(took.count()));
    return record;
}

} // namespace

void report(Session &session, const v1::Operation &operation, const QString &sentence)
{
    printNotes(operation);
    Output &output = session.output();
    if (!hasEnded(operation)) {
        if (output.isForPeople())
            output.text(QStringLiteral("operation %1\n").arg(printable(QString::fromStdString(operation.id()))));
        else
            output.value(toJson(operation));
    } else if (output.isForPeople()) {
        output.text(sentence);
    } else {
        output.value(recordOf(operation, session.elapsed()));
    }
}

} // namespace ghost::ctl
