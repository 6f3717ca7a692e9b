// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "agent/OperationWait.h"

#include <ghost/agent/v1/agent.grpc.pb.h>

#include "agent/CancelOnInterrupt.h"
#include "agent/Rpc.h"
#include "output/Progress.h"
#include "output/StandardError.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

/// The agent's own limit when none is given (agent.proto), and the time that its undoing may take after it.
constexpr std::chrono::minutes defaultLimit(5);
constexpr std::chrono::seconds undoPatience(5);

Error errorOf(const v1::Error &error)
{
    return Error(Code(int(error.code())), QString::fromStdString(error.message()))
        .withField(QString::fromStdString(error.field()))
        .withHint(QString::fromStdString(error.hint()));
}

QString showCommand(const std::string &id)
{
    return QStringLiteral("ghostctl operation show %1").arg(QString::fromStdString(id));
}

/// The stream broke before the operation ended: it goes on without us.
Error lostSight(const Session &session, const grpc::Status &status, const std::string &id)
{
    if (session.interrupts().interrupted())
        return Error(Code::Cancelled, QStringLiteral("asked for, but the operation has not ended yet"))
            .withHint(showCommand(id));
    if (status.ok())
        return Error(Code::Internal, QStringLiteral("the agent stopped reporting before the operation ended"))
            .withHint(showCommand(id));
    if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED)
        return Error(Code::DeadlineExceeded, QStringLiteral("it did not end in time, and may still end"))
            .withHint(showCommand(id));
    return callError(session, status).withHint(QStringLiteral("it may go on: %1").arg(showCommand(id)));
}

} // namespace

bool hasEnded(const v1::Operation &operation)
{
    switch (operation.status()) {
    case v1::OPERATION_STATUS_SUCCEEDED:
    case v1::OPERATION_STATUS_FAILED:
    case v1::OPERATION_STATUS_CANCELLED:
        return true;
    default:
        return false;
    }
}

Result<v1::Operation> outcomeOf(const Session &session, const v1::Operation &ended, const QString &ifCancelled)
{
    const bool interrupted = session.interrupts().interrupted();
    if (ended.status() == v1::OPERATION_STATUS_SUCCEEDED) {
        if (interrupted)
            printNote(QStringLiteral("it was done before it could be cancelled"));
        return ended;
    }
    if (ended.status() == v1::OPERATION_STATUS_CANCELLED && interrupted)
        return Error(Code::Cancelled, ended.started_at().seconds() > 0 ? ifCancelled : QString());
    if (ended.has_error() && ended.error().code() != v1::ERROR_CODE_UNSPECIFIED)
        return errorOf(ended.error());
    if (ended.status() == v1::OPERATION_STATUS_CANCELLED)
        return Error(Code::Cancelled, QStringLiteral("someone cancelled it"));
    return Error(Code::Internal, QStringLiteral("it failed, and the agent does not say why"))
        .withHint(showCommand(ended.id()));
}

Result<v1::Operation> awaitOperation(Session &session, const v1::Operation &submitted, const QString &ifCancelled)
{
    if (hasEnded(submitted))
        return outcomeOf(session, submitted, ifCancelled);

    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + session.timeout().value_or(defaultLimit) + undoPatience);
    v1::WatchOperationRequest request;
    request.set_id(submitted.id());
    v1::AgentService::Stub stub(session.channel());

    const CancelOnInterrupt cancel(session, submitted.id(), context);
    Progress progress;
    const auto stream = stub.WatchOperation(&context, request);
    v1::WatchOperationResponse response;
    while (!hasEnded(response.operation()) && stream->Read(&response))
        progress.show(QString::fromStdString(response.operation().step()), response.operation().percent());
    if (hasEnded(response.operation()))
        context.TryCancel(); // nothing comes after the end
    const grpc::Status status = stream->Finish();
    progress.clear();
    if (hasEnded(response.operation()))
        return outcomeOf(session, response.operation(), ifCancelled);
    return lostSight(session, status, submitted.id());
}

void printNotes(const v1::Operation &operation)
{
    for (const std::string &note : operation.notes())
        printNote(QString::fromStdString(note));
}

} // namespace ghost::ctl
