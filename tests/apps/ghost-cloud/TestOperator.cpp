// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "TestOperator.h"

#include <thread>

#include <grpcpp/client_context.h>

namespace ghost::cloud {
namespace {

template <class Request, class Response>
grpc::Status call(v1::OperatorService::Stub &stub,
                  grpc::Status (v1::OperatorService::Stub::*method)(grpc::ClientContext *, const Request &, Response *),
                  const Request &request, Response &response)
{
    // Whatever is asked may be asked again: a submission bears its request id.
    const auto deadline = std::chrono::system_clock::now() + std::chrono::seconds(20);
    while (true) {
        grpc::ClientContext context;
        context.set_deadline(deadline);
        context.set_wait_for_ready(true);
        response.Clear();
        const grpc::Status status = (stub.*method)(&context, request, &response);
        if (status.error_code() != grpc::StatusCode::UNAVAILABLE || std::chrono::system_clock::now() > deadline)
            return status;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
}

template <class Response, class Request>
Response ask(v1::OperatorService::Stub &stub,
             grpc::Status (v1::OperatorService::Stub::*method)(grpc::ClientContext *, const Request &, Response *),
             const Request &request = {})
{
    Response response;
    const grpc::Status status = call(stub, method, request, response);
    if (!status.ok())
        qFatal("%s", status.error_message().c_str());
    return response;
}

template <class List>
auto vectorOf(const List &list)
{
    return std::vector<typename List::value_type>(list.begin(), list.end());
}

} // namespace

std::vector<v1::Agent> TestOperator::agents()
{
    return vectorOf(ask(*m_stub, &v1::OperatorService::Stub::ListAgents).agents());
}

v1::Agent TestOperator::agent()
{
    const auto all = agents();
    return all.size() == 1 ? all.front() : v1::Agent();
}

std::vector<v1::KnownVM> TestOperator::vms()
{
    return vectorOf(ask(*m_stub, &v1::OperatorService::Stub::ListVMs).vms());
}

std::vector<v1::KnownCommand> TestOperator::commands()
{
    v1::ListCommandsRequest request;
    request.set_limit(1000);
    return vectorOf(ask(*m_stub, &v1::OperatorService::Stub::ListCommands, request).commands());
}

v1::KnownCommand TestOperator::command(const std::string &id)
{
    v1::ListCommandsRequest request;
    request.set_id(id);
    return ask(*m_stub, &v1::OperatorService::Stub::ListCommands, request).commands(0);
}

std::vector<v1::HistoryEntry> TestOperator::historyEntries()
{
    v1::ListHistoryRequest request;
    request.set_limit(1000);
    return vectorOf(ask(*m_stub, &v1::OperatorService::Stub::ListHistory, request).entries());
}

QStringList TestOperator::history()
{
    QStringList lines;
    for (const v1::HistoryEntry &entry : historyEntries())
        lines.prepend(QString::fromStdString(entry.kind() + ": " + entry.text()));
    return lines;
}

grpc::Status TestOperator::submit(const v1::SubmitCommandRequest &request, v1::KnownCommand &command)
{
    v1::SubmitCommandResponse response;
    const grpc::Status status = call(*m_stub, &v1::OperatorService::Stub::SubmitCommand, request, response);
    command = response.command();
    return status;
}

std::string TestOperator::start(const std::string &agent, const std::string &vm, qint64 validMs)
{
    v1::SubmitCommandRequest request;
    request.set_agent(agent);
    request.mutable_command()->mutable_start()->set_vm(vm);
    request.mutable_command()->set_valid_milliseconds(validMs);
    v1::KnownCommand known;
    const grpc::Status status = submit(request, known);
    if (!status.ok())
        qFatal("%s", status.error_message().c_str());
    return known.command().id();
}

} // namespace ghost::cloud
