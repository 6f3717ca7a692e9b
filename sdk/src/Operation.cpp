// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/Operation.h"

#include <tuple>

#include "CborFields.h"
#include "NameTable.h"
#include "ValueImpl.h"

namespace ghost {

struct Operation::Data : QSharedData
{
    OperationId id;
    QString command;
    Principal principal;
    QString requestId;
    VmId vm;
    QString subject;
    Status status = Status::Unspecified;
    QString step;
    int percent = -1;
    Error error;
    QCborMap result;
    QStringList notes;
    qint64 createdAtMs = 0;
    qint64 startedAtMs = 0;
    qint64 endedAtMs = 0;
    GHOST_FIELDS(id, command, principal, requestId, vm, subject, status, step, percent, error, result, notes,
                 createdAtMs, startedAtMs, endedAtMs)
};

GHOST_VALUE_IMPL(Operation)
GHOST_PROPERTY(Operation, OperationId, id, setId)
GHOST_PROPERTY_REF(Operation, QString, command, setCommand)
GHOST_PROPERTY_REF(Operation, Principal, principal, setPrincipal)
GHOST_PROPERTY_REF(Operation, QString, requestId, setRequestId)
GHOST_PROPERTY(Operation, VmId, vm, setVm)
GHOST_PROPERTY_REF(Operation, QString, subject, setSubject)
GHOST_PROPERTY(Operation, Status, status, setStatus)
GHOST_PROPERTY_REF(Operation, QString, step, setStep)
GHOST_PROPERTY(Operation, int, percent, setPercent)
GHOST_PROPERTY_REF(Operation, Error, error, setError)
GHOST_PROPERTY_REF(Operation, QCborMap, result, setResult)
GHOST_PROPERTY_REF(Operation, QStringList, notes, setNotes)
GHOST_PROPERTY(Operation, qint64, createdAtMs, setCreatedAtMs)
GHOST_PROPERTY(Operation, qint64, startedAtMs, setStartedAtMs)
GHOST_PROPERTY(Operation, qint64, endedAtMs, setEndedAtMs)

namespace {
constexpr NameTable<6> operationStatusNames = {"unspecified", "queued", "running", "succeeded", "failed", "cancelled"};
} // namespace

QString operationStatusName(Operation::Status value)
{
    return nameIn(operationStatusNames, value);
}

QCborMap errorToCbor(const Error &error)
{
    if (error.code() == Code::Unspecified)
        return {};
    return CborFields()
        .text("code", codeName(error.code()))
        .text("message", error.message())
        .text("field", error.field())
        .text("hint", error.hint())
        .take();
}

Error errorFromCbor(const QCborMap &map)
{
    const auto text = [&](const char *key) { return map.value(QLatin1String(key)).toString(); };
    return Error(codeFromName(text("code")), text("message")).withField(text("field")).withHint(text("hint"));
}

bool Operation::isEnded() const
{
    return d->status == Status::Succeeded || d->status == Status::Failed || d->status == Status::Cancelled;
}

QCborMap Operation::toCbor() const
{
    QCborMap map = CborFields()
                       .text("id", d->id.toString())
                       .text("command", d->command)
                       .text("principal", d->principal.toString())
                       .text("request_id", d->requestId)
                       .text("vm_id", d->vm.isNull() ? QString() : d->vm.toString())
                       .text("subject", d->subject)
                       .text("status", operationStatusName(d->status))
                       .text("step", d->step)
                       .map("error", errorToCbor(d->error))
                       .map("result", d->result)
                       .list("notes", d->notes)
                       .number("created_at", d->createdAtMs)
                       .number("started_at", d->startedAtMs)
                       .number("ended_at", d->endedAtMs)
                       .take();
    map.insert(QStringLiteral("percent"), d->percent);
    return map;
}

Operation Operation::fromCbor(const QCborMap &map)
{
    const auto text = [&](const char *key) { return map.value(QLatin1String(key)).toString(); };
    const auto number = [&](const char *key) { return map.value(QLatin1String(key)).toInteger(); };
    Operation operation;
    operation.setId(OperationId::fromString(text("id")));
    operation.setCommand(text("command"));
    operation.setPrincipal(Principal::fromString(text("principal")));
    operation.setRequestId(text("request_id"));
    operation.setVm(VmId::fromString(text("vm_id")));
    operation.setSubject(text("subject"));
    operation.setStatus(valueIn<Status>(operationStatusNames, text("status")));
    operation.setStep(text("step"));
    operation.setPercent(int(map.value(QStringLiteral("percent")).toInteger(-1)));
    operation.setError(errorFromCbor(map.value(QStringLiteral("error")).toMap()));
    operation.setResult(map.value(QStringLiteral("result")).toMap());
    QStringList notes;
    for (const QCborValue &note : map.value(QStringLiteral("notes")).toArray())
        notes.append(note.toString());
    operation.setNotes(notes);
    operation.setCreatedAtMs(number("created_at"));
    operation.setStartedAtMs(number("started_at"));
    operation.setEndedAtMs(number("ended_at"));
    return operation;
}

} // namespace ghost
