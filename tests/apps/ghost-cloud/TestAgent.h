// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include <ghost/cloud/v1/cloud.grpc.pb.h>
#include <grpcpp/channel.h>

#include <QtCore/QString>

namespace ghost::cloud {

/// An agent that says what the test tells it to say. Each call ends within ten seconds.
class TestAgent
{
public:
    /// A run of an agent that was never registered: @p name is its installation, too.
    TestAgent(std::shared_ptr<grpc::Channel> channel, const std::string &name);
    ~TestAgent();

    /// As after a restart of the agent; with @p boot, of the host.
    void startAnew(const std::string &instance, const std::string &boot = {});
    void reconnect(std::shared_ptr<grpc::Channel> channel);

    v1::AgentIdentity identity;
    v1::RegisterAgentRequest registration;
    v1::HeartbeatRequest picture;

    v1::RegisterAgentResponse registered; ///< the last answer
    v1::HeartbeatResponse beaten;

    grpc::Status enter();
    grpc::Status beat();
    grpc::Status leave(v1::UnregisterReason reason);
    grpc::Status reportCreated(uint64_t sequence, const ghost::agent::v1::Vm &vm);
    grpc::Status reportChanged(uint64_t sequence, const ghost::agent::v1::Vm &vm);
    grpc::Status reportDeleted(uint64_t sequence, const std::string &vm);
    grpc::Status result(const std::string &command, bool isSuccess = true);

    /// Opens a stream, in place of the one before.
    void watch();
    void stopWatching();
    /// Waits until the stream has brought so many; what it has.
    std::vector<v1::Command> commands(size_t count);
    /// Waits for the stream's end.
    grpc::Status watchEnd();

    static ghost::agent::v1::Vm vm(const std::string &id, ghost::agent::v1::VmState state);

private:
    template <class Request>
    Request from(Request request) const
    {
        *request.mutable_identity() = identity;
        return request;
    }
    v1::ReportHeader header(uint64_t sequence) const;
    void read(const std::shared_ptr<grpc::ClientContext> &context);

    std::shared_ptr<grpc::Channel> m_channel;
    std::unique_ptr<v1::CloudService::Stub> m_stub;
    std::shared_ptr<grpc::ClientContext> m_watching;
    std::jthread m_reader;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::vector<v1::Command> m_commands;
    bool m_hasEnded = false;
    grpc::Status m_end;
};

} // namespace ghost::cloud
