// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "OperationCall.h"

#include <google/protobuf/message.h>

#include "ghost/proto/CborCodec.h"

namespace ghost::api {

namespace {

/// The fields that say how to call are no part of what is done.
struct Envelope
{
    Command command;
    bool async = false;
};

Envelope unpack(const char *name, const google::protobuf::Message &request)
{
    QCborMap arguments = toCbor(request);
    Envelope envelope;
    envelope.async = arguments.take(QLatin1String("async")).toBool();
    envelope.command.setName(QLatin1String(name));
    envelope.command.setRequestId(arguments.take(QLatin1String("request_id")).toString());
    envelope.command.setTimeoutMs(arguments.take(QLatin1String("timeout_milliseconds")).toInteger());
    envelope.command.setArguments(arguments);
    return envelope;
}

Result<Envelope> checked(Envelope envelope)
{
    if (envelope.command.timeoutMs() < 0)
        return Error(Code::InvalidArgument, QStringLiteral("timeout_milliseconds must not be negative"))
            .withField(QStringLiteral("timeout_milliseconds"));
    return envelope;
}

/// Ok with the operation in @p response, whatever became of it.
grpc::Status filled(const Operation &operation, google::protobuf::Message &response)
{
    const auto written = fromCbor({{QStringLiteral("operation"), operation.toCbor()}}, response);
    return written ? grpc::Status::OK : toStatus(written.error().within(QStringLiteral("cannot write the answer")));
}

grpc::ServerUnaryReactor *answerNow(grpc::CallbackServerContext &context, const grpc::Status &status)
{
    auto *reactor = context.DefaultReactor();
    reactor->Finish(status);
    return reactor;
}

} // namespace

grpc::ServerUnaryReactor *OperationCall::start(const std::shared_ptr<ServiceParts> &parts,
                                               grpc::CallbackServerContext &context, const char *command,
                                               const google::protobuf::Message &request,
                                               google::protobuf::Message &response)
{
    const auto principal = parts->principal(context);
    if (!principal)
        return answerNow(context, toStatus(principal.error()));
    const auto envelope = checked(unpack(command, request));
    if (!envelope)
        return answerNow(context, toStatus(envelope.error()));
    const auto operation = parts->agent.submit(envelope->command, *principal);
    if (!operation)
        return answerNow(context, toStatus(operation.error()));

    context.AddInitialMetadata(operationMetadata, operation->toString().toStdString());
    context.AddTrailingMetadata(operationMetadata, operation->toString().toStdString());
    return launch<OperationCall>(parts, *operation, *principal, envelope->async ? Answer::AtOnce : Answer::AtTheEnd,
                                 response);
}

OperationCall::OperationCall(std::shared_ptr<ServiceParts> parts, OperationId operation, Principal principal,
                             Answer answer, google::protobuf::Message &response)
    : OperationReactor(std::move(parts))
    , m_operation(operation)
    , m_principal(std::move(principal))
    , m_answer(answer)
    , m_response(response)
{}

void OperationCall::begin()
{
    whileOpen([this] { StartSendInitialMetadata(); });
    followOperation(m_operation, m_principal);
}

void OperationCall::told(const Operation &operation)
{
    if (m_answer == Answer::AtOnce)
        whileOpen([&] { finishLocked(filled(operation, m_response)); });
    else if (operation.isEnded())
        whileOpen([&] { finishLocked(outcome(operation, m_response)); });
}

grpc::Status outcome(const Operation &operation, google::protobuf::Message &response)
{
    if (operation.status() != Operation::Status::Succeeded) {
        if (operation.error().code() != Code::Unspecified)
            return toStatus(operation.error());
        const bool isCancelled = operation.status() == Operation::Status::Cancelled;
        return toStatus(Error(isCancelled ? Code::Cancelled : Code::Internal,
                              QStringLiteral("%1 gave no reason").arg(operation.command())));
    }
    return filled(operation, response);
}

Operation presentValue(OperationId id, Agent &agent)
{
    if (const auto known = agent.state()->operation(id))
        return *known;
    Operation operation;
    operation.setId(id);
    operation.setStatus(Operation::Status::Queued);
    return operation;
}

} // namespace ghost::api
