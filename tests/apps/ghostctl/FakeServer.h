// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <vector>

#include <ghost/agent/v1/agent.grpc.pb.h>
#include <grpcpp/server.h>

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
    ghost::agent::v1::ListOperationsResponse operations;
    ghost::agent::v1::AgentStatus status;
    std::vector<ghost::agent::v1::Event> events;
    /// After `events` the stream goes on with the last of them without end.
    bool endlessEvents = false;
    std::string consoleGreeting;
    /// The upload gets no answer until it is cancelled.
    bool stuckUpload = false;

    ghost::agent::v1::CreateVMRequest created() const { return locked(m_created); }
    ghost::agent::v1::StopVMRequest stopped() const { return locked(m_stopped); }
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
    template <class Response>
    grpc::Status submit(Response *response);
    bool waitForCancel(grpc::ServerContext *context);
    void waitUntilGone(grpc::ServerContext *context);

    grpc::Status CreateVM(grpc::ServerContext *context, const ghost::agent::v1::CreateVMRequest *request,
                          ghost::agent::v1::CreateVMResponse *response) override;
    grpc::Status StopVM(grpc::ServerContext *context, const ghost::agent::v1::StopVMRequest *request,
                        ghost::agent::v1::StopVMResponse *response) override;
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
    ghost::agent::v1::WatchEventsRequest m_watched;
    std::string m_uploaded;
    std::string m_consoleInput;
    std::vector<std::string> m_cancelled;
};
