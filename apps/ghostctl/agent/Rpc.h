// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>

#include <ghost/agent/v1/agent.pb.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <QtCore/QUuid>

#include "Session.h"
#include "agent/OperationWait.h"

namespace ghost::ctl {

/// How long the agent may think about a question, or about taking a command, without `--timeout`.
constexpr std::chrono::seconds answerPatience(10);

/// What @p status says, for people, with what to do about it. The agent's own errors come through as they are.
Error callError(const Session &session, const grpc::Status &status);

/// Asks the agent something that it knows at once. An interrupt breaks it off.
template <class Stub, class Request, class Response>
Result<Response> ask(Session &session, grpc::Status (Stub::*method)(grpc::ClientContext *, const Request &, Response *),
                     const Request &request)
{
    grpc::ClientContext context;
    context.set_deadline(session.deadline(answerPatience));
    const std::stop_callback breakOff(session.interrupts().token(), [&context] { context.TryCancel(); });
    Response response;
    Stub stub(session.channel());
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok())
        return callError(session, status);
    return response;
}

/// Has the agent do something, and waits for its end unless @p async. An interrupt cancels it; @p ifCancelled is what
/// then has to be said of one that had begun.
template <class Stub, class Request, class Response>
Result<agent::v1::Operation> perform(Session &session,
                                     grpc::Status (Stub::*method)(grpc::ClientContext *, const Request &, Response *),
                                     Request request, bool async, const QString &ifCancelled = {})
{
    request.set_async(true);
    request.set_request_id(QUuid::createUuid().toString(QUuid::WithoutBraces).toStdString());
    if constexpr (requires { request.set_timeout_milliseconds(1); }) {
        if (session.timeout())
            request.set_timeout_milliseconds(session.timeout()->count());
    }
    grpc::ClientContext context;
    // Not to be broken off: an interrupt before the answer would leave an operation whose id nobody knows.
    context.set_deadline(std::min(session.deadline(answerPatience), std::chrono::system_clock::now() + answerPatience));
    Response response;
    Stub stub(session.channel());
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (!status.ok())
        return callError(session, status);
    if (async)
        return response.operation();
    return awaitOperation(session, response.operation(), ifCancelled);
}

} // namespace ghost::ctl
