// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include <grpcpp/server.h>

#include "ghost/cloud/v1/cloud.grpc.pb.h"
#include "tls/CertificateFiles.h"

namespace ghost {

namespace v1 = cloud::v1;

/// A Ghost Cloud that does what a test says, on a port of its own. Thread-safe.
class FakeCore final : public v1::CloudService::Service
{
public:
    enum class Rpc : int { Register, Heartbeat, Unregister, Report, Result, Watch };
    /// What a call comes to; called before it is recorded. OK: as it should be.
    using Fault = std::function<grpc::Status()>;

    FakeCore() = default;
    ~FakeCore() override;

    /// On the same port as before, if there was one. With @p files: TLS, and a client certificate is asked for.
    void start(const CertificateFiles &files = {});
    void stop();
    std::string address() const { return "127.0.0.1:" + std::to_string(m_port); }

    // What the test says.
    void fail(Rpc call, Fault fault);
    /// The call is recorded, and its answer is lost.
    void loseAnswers(Rpc call, int times);
    /// Calls are taken and not answered, until release or stop.
    void hang(Rpc call);
    void release();
    /// No call that brings the result of that command is taken: it is invalid, and stays so.
    void refuseResult(const std::string &command);
    void setAgentId(const std::string &id);
    void setLastSequence(quint64 sequence);
    void setNotice(const std::string &notice);
    /// What both answers say.
    void setNextSeconds(int seconds);
    /// What those to beats say, and not those to registrations.
    void setSecondsOfBeats(int seconds);
    /// With the next beats, until its result is there.
    void commandByBeat(const v1::Command &command);
    /// At once, on the open stream.
    void commandByStream(const v1::Command &command);

    // What the test sees.
    std::vector<v1::RegisterAgentRequest> registrations() const { return copy(m_registrations); }
    std::vector<v1::HeartbeatRequest> beats() const { return copy(m_beats); }
    std::vector<v1::UnregisterAgentRequest> goodbyes() const { return copy(m_goodbyes); }
    std::vector<v1::CommandResult> results() const { return copy(m_results); }
    /// Each report as often as it came, in words: `7 changed web running`.
    std::vector<std::string> reports() const { return copy(m_reports); }
    std::vector<v1::ReportHeader> headers() const { return copy(m_headers); }
    int streams() const;
    /// It hangs, and so does a call.
    bool holds(Rpc call) const;

    grpc::Status RegisterAgent(grpc::ServerContext *context, const v1::RegisterAgentRequest *request,
                               v1::RegisterAgentResponse *response) override;
    grpc::Status Heartbeat(grpc::ServerContext *context, const v1::HeartbeatRequest *request,
                           v1::HeartbeatResponse *response) override;
    grpc::Status UnregisterAgent(grpc::ServerContext *context, const v1::UnregisterAgentRequest *request,
                                 v1::UnregisterAgentResponse *response) override;
    grpc::Status ReportVMCreated(grpc::ServerContext *context, const v1::ReportVMCreatedRequest *request,
                                 v1::ReportVMCreatedResponse *response) override;
    grpc::Status ReportVMDeleted(grpc::ServerContext *context, const v1::ReportVMDeletedRequest *request,
                                 v1::ReportVMDeletedResponse *response) override;
    grpc::Status ReportVMStatusChange(grpc::ServerContext *context, const v1::ReportVMStatusChangeRequest *request,
                                      v1::ReportVMStatusChangeResponse *response) override;
    grpc::Status WatchCommands(grpc::ServerContext *context, const v1::WatchCommandsRequest *request,
                               grpc::ServerWriter<v1::WatchCommandsResponse> *writer) override;
    grpc::Status ReportCommandResult(grpc::ServerContext *context, const v1::ReportCommandResultRequest *request,
                                     v1::ReportCommandResultResponse *response) override;

private:
    template <class Value>
    Value copy(const Value &value) const
    {
        const std::lock_guard lock(m_mutex);
        return value;
    }
    grpc::Status enter(Rpc call, grpc::ServerContext &context);
    grpc::Status leave(Rpc call);
    grpc::Status takeReport(grpc::ServerContext &context, const v1::ReportHeader &header, const std::string &what);

    mutable std::mutex m_mutex; ///< for what follows
    std::condition_variable m_changed;
    std::map<Rpc, Fault> m_faults;
    std::map<Rpc, int> m_lost;
    std::set<Rpc> m_hung;
    std::map<Rpc, int> m_held; ///< calls that hang
    std::set<std::string> m_refusedResults;
    std::string m_agentId = "agent-1";
    quint64 m_lastSequence = 0;
    std::string m_notice;
    int m_firstSeconds = 0;
    int m_nextSeconds = 0;
    int m_streams = 0;
    bool m_isStopping = false;
    std::vector<v1::Command> m_byBeat;
    std::vector<v1::Command> m_byStream;
    std::vector<v1::RegisterAgentRequest> m_registrations;
    std::vector<v1::HeartbeatRequest> m_beats;
    std::vector<v1::UnregisterAgentRequest> m_goodbyes;
    std::vector<v1::CommandResult> m_results;
    std::vector<std::string> m_reports;
    std::vector<v1::ReportHeader> m_headers;
    int m_port = 0;
    std::unique_ptr<grpc::Server> m_server;
};

} // namespace ghost
