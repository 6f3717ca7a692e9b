// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include <ghost/agent/v1/agent.grpc.pb.h>
#include <grpcpp/server.h>

#include <QStringList>
#include <QTemporaryDir>

/// An agent that says what the test tells it to say, on a socket of its own. Set the knobs before ghostctl runs.
class FakeServer : public ghost::agent::v1::AgentService::Service
{
public:
    FakeServer();
    ~FakeServer() override;

    QString root() const { return m_folder.path(); }
    QString socket() const;

    /// Values of the operation that any command submits, one after another. If the last has not ended, the operation
    /// runs until it is cancelled, and then ends as `afterCancel`; if that has not ended either, it never does.
    std::vector<ghost::agent::v1::Operation> operation;
    ghost::agent::v1::Operation afterCancel;
    /// Instead of an operation: the refusal.
    grpc::Status refusal;
    /// Questions are not answered.
    bool silent = false;
    ghost::agent::v1::ListVMsResponse vms;
    /// What a list of operations has, whichever are asked for; that of a VM which is not among `vms` is refused.
    ghost::agent::v1::ListOperationsResponse operations;
    ghost::agent::v1::AgentStatus status;
    ghost::agent::v1::ListPluginsResponse plugins;
    ghost::agent::v1::GetVMForwardsResponse forwards;
    ghost::agent::v1::CloudStatus cloud;
    std::vector<ghost::agent::v1::Event> events;
    /// After `events` the stream goes on with the last of them without end.
    bool endlessEvents = false;
    std::string consoleGreeting;
    /// The upload gets no answer until it is cancelled.
    bool stuckUpload = false;

    ghost::agent::v1::CreateVMRequest created() const { return locked(m_created); }
    ghost::agent::v1::StopVMRequest stopped() const { return locked(m_stopped); }
    /// What DeleteVM was asked to delete.
    std::vector<std::string> deleted() const { return locked(m_deleted); }
    bool networksRemoved() const { return locked(m_networksRemoved); }
    ghost::agent::v1::SetVMForwardsRequest forwardsSet() const { return locked(m_forwardsSet); }
    /// `PauseCloud`, `ResumeCloud`, `LeaveCloud`, as they came.
    QStringList cloudCalls() const { return locked(m_cloudCalls); }
    ghost::agent::v1::WatchEventsRequest watched() const { return locked(m_watched); }
    std::string uploaded() const { return locked(m_uploaded); }
    std::string consoleInput() const { return locked(m_consoleInput); }
    /// Ids of the operations that were asked to end.
    std::vector<std::string> cancelled() const { return locked(m_cancelled); }

    /// Until a silent agent has been asked something.
    bool waitForQuestion();

    static ghost::agent::v1::Operation step(const char *name, int percent = -1);
    static ghost::agent::v1::Operation succeeded(const ghost::agent::v1::Vm &vm);
    static ghost::agent::v1::Operation ended(ghost::agent::v1::OperationStatus status);
    static ghost::agent::v1::Vm vm(const char *name);

private:
    template <class Value>
    Value locked(const Value &value) const
    {
        const std::scoped_lock lock(m_mutex);
        return value;
    }
    /// Among `vms`; null: there is none.
    const ghost::agent::v1::Vm *find(const std::string &nameOrId) const;
    template <class Response>
    grpc::Status submit(Response *response);
    template <class Response>
    grpc::Status submitCloud(const char *call, Response *response);
    bool waitForCancel(grpc::ServerContext *context);
    void waitUntilGone(grpc::ServerContext *context);

    grpc::Status CreateVM(grpc::ServerContext *context, const ghost::agent::v1::CreateVMRequest *request,
                          ghost::agent::v1::CreateVMResponse *response) override;
    grpc::Status StopVM(grpc::ServerContext *context, const ghost::agent::v1::StopVMRequest *request,
                        ghost::agent::v1::StopVMResponse *response) override;
    grpc::Status RestartVM(grpc::ServerContext *context, const ghost::agent::v1::RestartVMRequest *request,
                           ghost::agent::v1::RestartVMResponse *response) override;
    grpc::Status DeleteVM(grpc::ServerContext *context, const ghost::agent::v1::DeleteVMRequest *request,
                          ghost::agent::v1::DeleteVMResponse *response) override;
    grpc::Status RemoveNetworks(grpc::ServerContext *context, const ghost::agent::v1::RemoveNetworksRequest *request,
                                ghost::agent::v1::RemoveNetworksResponse *response) override;
    grpc::Status PauseVM(grpc::ServerContext *context, const ghost::agent::v1::PauseVMRequest *request,
                         ghost::agent::v1::PauseVMResponse *response) override;
    grpc::Status ResumeVM(grpc::ServerContext *context, const ghost::agent::v1::ResumeVMRequest *request,
                          ghost::agent::v1::ResumeVMResponse *response) override;
    grpc::Status SetVMForwards(grpc::ServerContext *context, const ghost::agent::v1::SetVMForwardsRequest *request,
                               ghost::agent::v1::SetVMForwardsResponse *response) override;
    grpc::Status GetVMForwards(grpc::ServerContext *context, const ghost::agent::v1::GetVMForwardsRequest *request,
                               ghost::agent::v1::GetVMForwardsResponse *response) override;
    grpc::Status GetVMStatus(grpc::ServerContext *context, const ghost::agent::v1::GetVMStatusRequest *request,
                             ghost::agent::v1::GetVMStatusResponse *response) override;
    grpc::Status ListPlugins(grpc::ServerContext *context, const ghost::agent::v1::ListPluginsRequest *request,
                             ghost::agent::v1::ListPluginsResponse *response) override;
    grpc::Status GetCloudStatus(grpc::ServerContext *context, const ghost::agent::v1::GetCloudStatusRequest *request,
                                ghost::agent::v1::GetCloudStatusResponse *response) override;
    grpc::Status PauseCloud(grpc::ServerContext *context, const ghost::agent::v1::PauseCloudRequest *request,
                            ghost::agent::v1::PauseCloudResponse *response) override;
    grpc::Status ResumeCloud(grpc::ServerContext *context, const ghost::agent::v1::ResumeCloudRequest *request,
                             ghost::agent::v1::ResumeCloudResponse *response) override;
    grpc::Status LeaveCloud(grpc::ServerContext *context, const ghost::agent::v1::LeaveCloudRequest *request,
                            ghost::agent::v1::LeaveCloudResponse *response) override;
    grpc::Status ListVMs(grpc::ServerContext *context, const ghost::agent::v1::ListVMsRequest *request,
                         ghost::agent::v1::ListVMsResponse *response) override;
    grpc::Status ListOperations(grpc::ServerContext *context, const ghost::agent::v1::ListOperationsRequest *request,
                                ghost::agent::v1::ListOperationsResponse *response) override;
    grpc::Status GetAgentStatus(grpc::ServerContext *context, const ghost::agent::v1::GetAgentStatusRequest *request,
                                ghost::agent::v1::GetAgentStatusResponse *response) override;
    grpc::Status WatchEvents(grpc::ServerContext *context, const ghost::agent::v1::WatchEventsRequest *request,
                             grpc::ServerWriter<ghost::agent::v1::WatchEventsResponse> *writer) override;
    grpc::Status WatchOperation(grpc::ServerContext *context, const ghost::agent::v1::WatchOperationRequest *request,
                                grpc::ServerWriter<ghost::agent::v1::WatchOperationResponse> *writer) override;
    grpc::Status CancelOperation(grpc::ServerContext *context, const ghost::agent::v1::CancelOperationRequest *request,
                                 ghost::agent::v1::CancelOperationResponse *response) override;
    grpc::Status ImportImage(grpc::ServerContext *context,
                             grpc::ServerReader<ghost::agent::v1::ImportImageRequest> *reader,
                             ghost::agent::v1::ImportImageResponse *response) override;
    grpc::Status OpenConsole(grpc::ServerContext *context,
                             grpc::ServerReaderWriter<ghost::agent::v1::OpenConsoleResponse,
                                                      ghost::agent::v1::OpenConsoleRequest> *stream) override;

    QTemporaryDir m_folder;
    std::unique_ptr<grpc::Server> m_server;
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_ending = false;
    bool m_asked = false;
    ghost::agent::v1::CreateVMRequest m_created;
    ghost::agent::v1::StopVMRequest m_stopped;
    std::vector<std::string> m_deleted;
    bool m_networksRemoved = false;
    ghost::agent::v1::SetVMForwardsRequest m_forwardsSet;
    QStringList m_cloudCalls;
    ghost::agent::v1::WatchEventsRequest m_watched;
    std::string m_uploaded;
    std::string m_consoleInput;
    std::vector<std::string> m_cancelled;
};
