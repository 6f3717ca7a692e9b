// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "TestAgent.h"

#include <grpcpp/client_context.h>

namespace ghost::cloud {
namespace {

constexpr std::chrono::seconds patience(10);

/// One call with its deadline.
template <class Request, class Response>
grpc::Status call(v1::CloudService::Stub &stub,
                  grpc::Status (v1::CloudService::Stub::*method)(grpc::ClientContext *, const Request &, Response *),
                  const Request &request, Response &response)
{
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + patience);
    context.set_wait_for_ready(true);
    response.Clear();
    return (stub.*method)(&context, request, &response);
}

} // namespace

TestAgent::TestAgent(std::shared_ptr<grpc::Channel> channel, const std::string &name)
{
    reconnect(std::move(channel));
    identity.set_boot_id("boot of " + name);
    identity.set_instance_id("first run of " + name);
    registration.set_name(name);
    registration.set_installation_id(name);
    registration.set_version("1.0");
}

TestAgent::~TestAgent()
{
    stopWatching();
}

void TestAgent::reconnect(std::shared_ptr<grpc::Channel> channel)
{
    stopWatching();
    m_channel = std::move(channel);
    m_stub = v1::CloudService::NewStub(m_channel);
}

void TestAgent::startAnew(const std::string &instance, const std::string &boot)
{
    stopWatching();
    identity.set_instance_id(instance);
    if (!boot.empty())
        identity.set_boot_id(boot);
}

grpc::Status TestAgent::enter()
{
    const auto status = call(*m_stub, &v1::CloudService::Stub::RegisterAgent, from(registration), registered);
    if (status.ok())
        identity.set_agent_id(registered.agent_id());
    return status;
}

grpc::Status TestAgent::beat()
{
    return call(*m_stub, &v1::CloudService::Stub::Heartbeat, from(picture), beaten);
}

grpc::Status TestAgent::leave(v1::UnregisterReason reason)
{
    v1::UnregisterAgentRequest request;
    request.set_reason(reason);
    v1::UnregisterAgentResponse response;
    return call(*m_stub, &v1::CloudService::Stub::UnregisterAgent, from(request), response);
}

v1::ReportHeader TestAgent::header(uint64_t sequence) const
{
    v1::ReportHeader header;
    *header.mutable_identity() = identity;
    header.set_sequence(sequence);
    header.set_operation_id("operation " + std::to_string(sequence));
    return header;
}

grpc::Status TestAgent::reportCreated(uint64_t sequence, const ghost::agent::v1::Vm &vm)
{
    v1::ReportVMCreatedRequest request;
    *request.mutable_header() = header(sequence);
    *request.mutable_vm() = vm;
    v1::ReportVMCreatedResponse response;
    return call(*m_stub, &v1::CloudService::Stub::ReportVMCreated, request, response);
}

grpc::Status TestAgent::reportChanged(uint64_t sequence, const ghost::agent::v1::Vm &vm)
{
    v1::ReportVMStatusChangeRequest request;
    *request.mutable_header() = header(sequence);
    *request.mutable_vm() = vm;
    v1::ReportVMStatusChangeResponse response;
    return call(*m_stub, &v1::CloudService::Stub::ReportVMStatusChange, request, response);
}

grpc::Status TestAgent::reportDeleted(uint64_t sequence, const std::string &vm)
{
    v1::ReportVMDeletedRequest request;
    *request.mutable_header() = header(sequence);
    request.set_vm_id(vm);
    request.set_vm_name(vm);
    v1::ReportVMDeletedResponse response;
    return call(*m_stub, &v1::CloudService::Stub::ReportVMDeleted, request, response);
}

grpc::Status TestAgent::result(const std::string &command, bool isSuccess)
{
    v1::ReportCommandResultRequest request;
    v1::CommandResult &result = *request.add_results();
    result.set_command_id(command);
    if (!isSuccess)
        result.mutable_error()->set_message("no");
    v1::ReportCommandResultResponse response;
    return call(*m_stub, &v1::CloudService::Stub::ReportCommandResult, from(request), response);
}

void TestAgent::watch()
{
    stopWatching();
    m_commands.clear();
    m_hasEnded = false;
    m_watching = std::make_shared<grpc::ClientContext>();
    m_reader = std::jthread([this, context = m_watching] { read(context); });
}

void TestAgent::stopWatching()
{
    if (m_watching)
        m_watching->TryCancel();
    if (m_reader.joinable())
        m_reader.join();
    m_watching.reset();
}

void TestAgent::read(const std::shared_ptr<grpc::ClientContext> &context)
{
    const auto stream = m_stub->WatchCommands(context.get(), from(v1::WatchCommandsRequest()));
    v1::WatchCommandsResponse response;
    while (stream->Read(&response)) {
        const std::lock_guard lock(m_mutex);
        m_commands.push_back(response.command());
        m_changed.notify_all();
    }
    const std::lock_guard lock(m_mutex);
    m_end = stream->Finish();
    m_hasEnded = true;
    m_changed.notify_all();
}

std::vector<v1::Command> TestAgent::commands(size_t count)
{
    std::unique_lock lock(m_mutex);
    m_changed.wait_for(lock, patience, [&] { return m_commands.size() >= count || m_hasEnded; });
    return m_commands;
}

grpc::Status TestAgent::watchEnd()
{
    std::unique_lock lock(m_mutex);
    if (!m_changed.wait_for(lock, patience, [&] { return m_hasEnded; }))
        return {grpc::StatusCode::DEADLINE_EXCEEDED, "the stream stays open"};
    return m_end;
}

ghost::agent::v1::Vm TestAgent::vm(const std::string &id, ghost::agent::v1::VmState state)
{
    ghost::agent::v1::Vm vm;
    vm.set_id(id);
    vm.set_name("name of " + id);
    vm.set_state(state);
    return vm;
}

} // namespace ghost::cloud
