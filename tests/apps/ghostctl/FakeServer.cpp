// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "FakeServer.h"

#include <grpcpp/server_builder.h>

#include <QDir>

#include "ghost/proto/Status.h"

namespace v1 = ghost::agent::v1;

namespace {

const char *const operationId = "0b9e2f57-0000-4000-8000-000000000001";

bool hasEnded(const v1::Operation &operation)
{
    return operation.status() >= v1::OPERATION_STATUS_SUCCEEDED;
}

grpc::Status noVm(const std::string &name)
{
    return ghost::toStatus(
        ghost::Error(ghost::Code::NotFound, QStringLiteral("no VM '%1'").arg(QString::fromStdString(name))));
}

} // namespace

FakeServer::FakeServer()
    : afterCancel(ended(v1::OPERATION_STATUS_CANCELLED))
{
    QDir(root()).mkdir("run");
    grpc::ServerBuilder builder;
    builder.AddListeningPort("unix:" + socket().toStdString(), grpc::InsecureServerCredentials());
    builder.RegisterService(this);
    m_server = builder.BuildAndStart();
}

FakeServer::~FakeServer()
{
    {
        const std::scoped_lock lock(m_mutex);
        m_ending = true;
    }
    m_changed.notify_all();
    m_server->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(2));
}

QString FakeServer::socket() const
{
    return m_folder.filePath("run/agent.sock");
}

v1::Operation FakeServer::step(const char *name, int percent)
{
    v1::Operation operation;
    operation.set_id(operationId);
    operation.set_command("CreateVM");
    operation.set_status(v1::OPERATION_STATUS_RUNNING);
    operation.set_step(name);
    operation.set_percent(percent);
    return operation;
}

v1::Operation FakeServer::ended(v1::OperationStatus status)
{
    v1::Operation operation = step("");
    operation.set_status(status);
    operation.mutable_started_at()->set_seconds(1'700'000'000);
    return operation;
}

v1::Operation FakeServer::succeeded(const v1::Vm &vm)
{
    v1::Operation operation = ended(v1::OPERATION_STATUS_SUCCEEDED);
    *operation.mutable_result()->mutable_vm() = vm;
    return operation;
}

v1::Vm FakeServer::vm(const char *name)
{
    v1::Vm vm;
    vm.set_id("5e1c4bb2-0000-4000-8000-00000000000a");
    vm.set_name(name);
    vm.set_state(v1::VM_STATE_RUNNING);
    vm.set_cpus(2);
    vm.set_memory_bytes(4LL << 30);
    vm.set_disk_bytes(50'000'000'000);
    vm.set_image("mini");
    vm.set_hypervisor("hypervisor-fake");
    vm.set_accelerator(v1::ACCELERATOR_TCG);
    vm.set_address("192.168.77.2");
    return vm;
}

bool FakeServer::waitForQuestion()
{
    std::unique_lock lock(m_mutex);
    return m_changed.wait_for(lock, std::chrono::seconds(20), [this] { return m_asked; });
}

template <class Response>
grpc::Status FakeServer::submit(Response *response)
{
    if (!refusal.ok())
        return refusal;
    *response->mutable_operation() = operation.front();
    return grpc::Status::OK;
}

bool FakeServer::waitForCancel(grpc::ServerContext *context)
{
    std::unique_lock lock(m_mutex);
    while (m_cancelled.empty() && !m_ending && !context->IsCancelled())
        m_changed.wait_for(lock, std::chrono::milliseconds(20)); // gRPC tells nobody that a client has left
    return !m_cancelled.empty();
}

void FakeServer::waitUntilGone(grpc::ServerContext *context)
{
    std::unique_lock lock(m_mutex);
    while (!m_ending && !context->IsCancelled())
        m_changed.wait_for(lock, std::chrono::milliseconds(20));
}

grpc::Status FakeServer::CreateVM(grpc::ServerContext *, const v1::CreateVMRequest *request,
                                  v1::CreateVMResponse *response)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_created = *request;
    }
    return submit(response);
}

grpc::Status FakeServer::StopVM(grpc::ServerContext *, const v1::StopVMRequest *request, v1::StopVMResponse *response)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_stopped = *request;
    }
    return submit(response);
}

grpc::Status FakeServer::RestartVM(grpc::ServerContext *, const v1::RestartVMRequest *, v1::RestartVMResponse *response)
{
    return submit(response);
}

grpc::Status FakeServer::DeleteVM(grpc::ServerContext *, const v1::DeleteVMRequest *request,
                                  v1::DeleteVMResponse *response)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_deleted.push_back(request->vm());
    }
    return submit(response);
}

grpc::Status FakeServer::RemoveNetworks(grpc::ServerContext *, const v1::RemoveNetworksRequest *,
                                        v1::RemoveNetworksResponse *response)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_networksRemoved = true;
    }
    return submit(response);
}

grpc::Status FakeServer::PauseVM(grpc::ServerContext *, const v1::PauseVMRequest *, v1::PauseVMResponse *response)
{
    return submit(response);
}

grpc::Status FakeServer::ResumeVM(grpc::ServerContext *, const v1::ResumeVMRequest *, v1::ResumeVMResponse *response)
{
    return submit(response);
}

grpc::Status FakeServer::SetVMForwards(grpc::ServerContext *, const v1::SetVMForwardsRequest *request,
                                       v1::SetVMForwardsResponse *response)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_forwardsSet = *request;
    }
    return submit(response);
}

grpc::Status FakeServer::GetVMForwards(grpc::ServerContext *, const v1::GetVMForwardsRequest *,
                                       v1::GetVMForwardsResponse *response)
{
    *response = forwards;
    return refusal;
}

const v1::Vm *FakeServer::find(const std::string &nameOrId) const
{
    for (const v1::Vm &vm : vms.vms())
        if (vm.name() == nameOrId || vm.id() == nameOrId)
            return &vm;
    return nullptr;
}

grpc::Status FakeServer::GetVMStatus(grpc::ServerContext *, const v1::GetVMStatusRequest *request,
                                     v1::GetVMStatusResponse *response)
{
    const v1::Vm *vm = find(request->vm());
    if (!vm)
        return noVm(request->vm());
    *response->mutable_vm() = *vm;
    return refusal;
}

grpc::Status FakeServer::ListPlugins(grpc::ServerContext *, const v1::ListPluginsRequest *,
                                     v1::ListPluginsResponse *response)
{
    *response = plugins;
    return refusal;
}

grpc::Status FakeServer::GetCloudStatus(grpc::ServerContext *, const v1::GetCloudStatusRequest *,
                                        v1::GetCloudStatusResponse *response)
{
    *response->mutable_status() = cloud;
    return refusal;
}

template <class Response>
grpc::Status FakeServer::submitCloud(const char *call, Response *response)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_cloudCalls.append(call);
    }
    return submit(response);
}

grpc::Status FakeServer::PauseCloud(grpc::ServerContext *, const v1::PauseCloudRequest *,
                                    v1::PauseCloudResponse *response)
{
    return submitCloud("PauseCloud", response);
}

grpc::Status FakeServer::ResumeCloud(grpc::ServerContext *, const v1::ResumeCloudRequest *,
                                     v1::ResumeCloudResponse *response)
{
    return submitCloud("ResumeCloud", response);
}

grpc::Status FakeServer::LeaveCloud(grpc::ServerContext *, const v1::LeaveCloudRequest *,
                                    v1::LeaveCloudResponse *response)
{
    return submitCloud("LeaveCloud", response);
}

grpc::Status FakeServer::ListOperations(grpc::ServerContext *, const v1::ListOperationsRequest *request,
                                        v1::ListOperationsResponse *response)
{
    if (!request->vm().empty() && !find(request->vm()))
        return noVm(request->vm());
    *response = operations;
    return grpc::Status::OK;
}

grpc::Status FakeServer::GetAgentStatus(grpc::ServerContext *, const v1::GetAgentStatusRequest *,
                                        v1::GetAgentStatusResponse *response)
{
    *response->mutable_status() = status;
    return grpc::Status::OK;
}

grpc::Status FakeServer::ListVMs(grpc::ServerContext *context, const v1::ListVMsRequest *,
                                 v1::ListVMsResponse *response)
{
    if (silent) {
        {
            const std::scoped_lock lock(m_mutex);
            m_asked = true;
        }
        m_changed.notify_all();
        waitForCancel(context);
    }
    *response = vms;
    return refusal;
}

grpc::Status FakeServer::WatchEvents(grpc::ServerContext *context, const v1::WatchEventsRequest *request,
                                     grpc::ServerWriter<v1::WatchEventsResponse> *writer)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_watched = *request;
    }
    v1::WatchEventsResponse response;
    for (const v1::Event &event : events) {
        *response.mutable_event() = event;
        writer->Write(response);
    }
    while (endlessEvents && !context->IsCancelled() && writer->Write(response)) {
    }
    return grpc::Status::OK;
}

grpc::Status FakeServer::WatchOperation(grpc::ServerContext *context, const v1::WatchOperationRequest *,
                                        grpc::ServerWriter<v1::WatchOperationResponse> *writer)
{
    v1::WatchOperationResponse response;
    for (const v1::Operation &value : operation) {
        *response.mutable_operation() = value;
        writer->Write(response);
    }
    if (!hasEnded(operation.back()) && waitForCancel(context)) {
        *response.mutable_operation() = afterCancel;
        writer->Write(response);
        if (!hasEnded(afterCancel))
            waitUntilGone(context);
    }
    return grpc::Status::OK;
}

grpc::Status FakeServer::CancelOperation(grpc::ServerContext *, const v1::CancelOperationRequest *request,
                                         v1::CancelOperationResponse *response)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_cancelled.push_back(request->id());
    }
    m_changed.notify_all();
    *response->mutable_operation() = operation.empty() ? afterCancel : operation.back();
    return grpc::Status::OK;
}

grpc::Status FakeServer::ImportImage(grpc::ServerContext *context, grpc::ServerReader<v1::ImportImageRequest> *reader,
                                     v1::ImportImageResponse *response)
{
    v1::ImportImageRequest request;
    reader->Read(&request);
    if (!refusal.ok())
        return refusal;
    const v1::ImportImageStart start = request.start();
    context->AddInitialMetadata("ghost-operation-id", operationId);
    reader->SendInitialMetadata();
    if (stuckUpload) {
        waitForCancel(context);
        return ghost::toStatus(ghost::Error(ghost::Code::Cancelled, "import was cancelled"));
    }
    std::string bytes;
    while (reader->Read(&request))
        bytes += request.chunk();
    {
        const std::scoped_lock lock(m_mutex);
        m_uploaded = bytes;
    }
    v1::Operation done = ended(v1::OPERATION_STATUS_SUCCEEDED);
    done.mutable_result()->mutable_image()->set_name(start.name());
    done.mutable_result()->mutable_image()->set_disk_bytes(start.size_bytes());
    *response->mutable_operation() = done;
    return grpc::Status::OK;
}

grpc::Status FakeServer::OpenConsole(grpc::ServerContext *,
                                     grpc::ServerReaderWriter<v1::OpenConsoleResponse, v1::OpenConsoleRequest> *stream)
{
    v1::OpenConsoleRequest request;
    stream->Read(&request);
    if (!refusal.ok())
        return refusal;
    v1::OpenConsoleResponse response;
    response.set_output(consoleGreeting);
    stream->Write(response);
    while (stream->Read(&request)) {
        const std::scoped_lock lock(m_mutex);
        m_consoleInput += request.input();
    }
    response.set_output("bye\r\n");
    stream->Write(response);
    return grpc::Status::OK;
}
