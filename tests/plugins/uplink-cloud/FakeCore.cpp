// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "FakeCore.h"

#include <algorithm>

#include <QtCore/QString>
#include <grpcpp/server_builder.h>

namespace ghost {

using std::chrono::milliseconds;

namespace {

std::shared_ptr<grpc::ServerCredentials> credentialsOf(const CertificateFiles &files)
{
    if (files.key.isEmpty())
        return grpc::InsecureServerCredentials();
    const auto set = files.read();
    if (!set)
        qFatal("%s", qPrintable(set.error().text()));
    grpc::SslServerCredentialsOptions options(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    options.pem_root_certs = set->authorities.toStdString();
    options.pem_key_cert_pairs.push_back({set->key.toStdString(), set->chain.toStdString()});
    return grpc::SslServerCredentials(options);
}

std::string wordsFor(const char *what, const ghost::agent::v1::Vm &vm)
{
    std::string state = ghost::agent::v1::VmState_Name(vm.state()).substr(9);
    std::transform(state.begin(), state.end(), state.begin(), [](char c) { return char(std::tolower(c)); });
    return std::string(what) + ' ' + vm.name() + ' ' + state;
}

} // namespace

FakeCore::~FakeCore()
{
    stop();
}

void FakeCore::start(const CertificateFiles &files)
{
    {
        const std::lock_guard lock(m_mutex);
        m_isStopping = false;
    }
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:" + std::to_string(m_port), credentialsOf(files), &port);
    builder.RegisterService(this);
    m_server = builder.BuildAndStart();
    if (!m_server)
        qFatal("the fake cloud cannot listen");
    m_port = port;
}

void FakeCore::stop()
{
    {
        const std::lock_guard lock(m_mutex);
        m_isStopping = true;
    }
    m_changed.notify_all();
    if (m_server)
        m_server->Shutdown(std::chrono::system_clock::now());
    m_server.reset();
}

void FakeCore::fail(Rpc call, Fault fault)
{
    const std::lock_guard lock(m_mutex);
    m_faults[call] = std::move(fault);
}

void FakeCore::loseAnswers(Rpc call, int times)
{
    const std::lock_guard lock(m_mutex);
    m_lost[call] = times;
}

void FakeCore::hang(Rpc call)
{
    const std::lock_guard lock(m_mutex);
    m_hung.insert(call);
}

void FakeCore::release()
{
    {
        const std::lock_guard lock(m_mutex);
        m_hung.clear();
    }
    m_changed.notify_all();
}

void FakeCore::refuseResult(const std::string &command)
{
    const std::lock_guard lock(m_mutex);
    m_refusedResults.insert(command);
}

void FakeCore::setAgentId(const std::string &id)
{
    const std::lock_guard lock(m_mutex);
    m_agentId = id;
}

void FakeCore::setLastSequence(quint64 sequence)
{
    const std::lock_guard lock(m_mutex);
    m_lastSequence = sequence;
}

void FakeCore::setNotice(const std::string &notice)
{
    const std::lock_guard lock(m_mutex);
    m_notice = notice;
}

void FakeCore::setNextSeconds(int seconds)
{
    const std::lock_guard lock(m_mutex);
    m_firstSeconds = seconds;
    m_nextSeconds = seconds;
}

void FakeCore::setSecondsOfBeats(int seconds)
{
    const std::lock_guard lock(m_mutex);
    m_nextSeconds = seconds;
}

void FakeCore::commandByBeat(const v1::Command &command)
{
    const std::lock_guard lock(m_mutex);
    m_byBeat.push_back(command);
}

void FakeCore::commandByStream(const v1::Command &command)
{
    {
        const std::lock_guard lock(m_mutex);
        m_byStream.push_back(command);
    }
    m_changed.notify_all();
}

int FakeCore::streams() const
{
    return copy(m_streams);
}

bool FakeCore::holds(Rpc call) const
{
    const auto held = copy(m_held);
    const auto count = held.find(call);
    return count != held.end() && count->second > 0;
}

grpc::Status FakeCore::enter(Rpc call, grpc::ServerContext &context)
{
    std::unique_lock lock(m_mutex);
    ++m_held[call];
    while (m_hung.contains(call) && !m_isStopping && !context.IsCancelled())
        m_changed.wait_for(lock, milliseconds(20)); // nobody tells of a cancelled call
    --m_held[call];
    const auto fault = m_faults.find(call);
    return fault != m_faults.end() && fault->second ? fault->second() : grpc::Status::OK;
}

grpc::Status FakeCore::leave(Rpc call)
{
    const std::lock_guard lock(m_mutex);
    m_changed.notify_all();
    return m_lost[call]-- > 0 ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "the answer is lost") : grpc::Status::OK;
}

grpc::Status FakeCore::RegisterAgent(grpc::ServerContext *context, const v1::RegisterAgentRequest *request,
                                     v1::RegisterAgentResponse *response)
{
    if (const auto status = enter(Rpc::Register, *context); !status.ok())
        return status;
    {
        const std::lock_guard lock(m_mutex);
        m_registrations.push_back(*request);
        response->set_agent_id(m_agentId);
        response->set_last_sequence(m_lastSequence);
        response->set_heartbeat_seconds(m_firstSeconds);
        response->set_notice(m_notice);
    }
    return leave(Rpc::Register);
}

grpc::Status FakeCore::Heartbeat(grpc::ServerContext *context, const v1::HeartbeatRequest *request,
                                 v1::HeartbeatResponse *response)
{
    if (const auto status = enter(Rpc::Heartbeat, *context); !status.ok())
        return status;
    {
        const std::lock_guard lock(m_mutex);
        m_beats.push_back(*request);
        response->set_next_seconds(m_nextSeconds);
        response->set_notice(m_notice);
        for (const v1::Command &command : m_byBeat)
            if (std::none_of(m_results.begin(), m_results.end(),
                             [&](const v1::CommandResult &result) { return result.command_id() == command.id(); }))
                *response->add_commands() = command;
    }
    return leave(Rpc::Heartbeat);
}

grpc::Status FakeCore::UnregisterAgent(grpc::ServerContext *context, const v1::UnregisterAgentRequest *request,
                                       v1::UnregisterAgentResponse *)
{
    if (const auto status = enter(Rpc::Unregister, *context); !status.ok())
        return status;
    {
        const std::lock_guard lock(m_mutex);
        m_goodbyes.push_back(*request);
    }
    return leave(Rpc::Unregister);
}

grpc::Status FakeCore::takeReport(grpc::ServerContext &context, const v1::ReportHeader &header, const std::string &what)
{
    if (const auto status = enter(Rpc::Report, context); !status.ok())
        return status;
    {
        const std::lock_guard lock(m_mutex);
        m_headers.push_back(header);
        m_reports.push_back(std::to_string(header.sequence()) + ' ' + what);
        m_lastSequence = std::max<quint64>(m_lastSequence, header.sequence());
    }
    return leave(Rpc::Report);
}

grpc::Status FakeCore::ReportVMCreated(grpc::ServerContext *context, const v1::ReportVMCreatedRequest *request,
                                       v1::ReportVMCreatedResponse *)
{
    return takeReport(*context, request->header(), wordsFor("created", request->vm()));
}

grpc::Status FakeCore::ReportVMDeleted(grpc::ServerContext *context, const v1::ReportVMDeletedRequest *request,
                                       v1::ReportVMDeletedResponse *)
{
    return takeReport(*context, request->header(), "deleted " + request->vm_name());
}

grpc::Status FakeCore::ReportVMStatusChange(grpc::ServerContext *context,
                                            const v1::ReportVMStatusChangeRequest *request,
                                            v1::ReportVMStatusChangeResponse *)
{
    return takeReport(*context, request->header(), wordsFor("changed", request->vm()));
}

grpc::Status FakeCore::WatchCommands(grpc::ServerContext *context, const v1::WatchCommandsRequest *,
                                     grpc::ServerWriter<v1::WatchCommandsResponse> *writer)
{
    if (const auto status = enter(Rpc::Watch, *context); !status.ok())
        return status;
    writer->SendInitialMetadata();
    std::unique_lock lock(m_mutex);
    ++m_streams;
    while (!m_isStopping && !context->IsCancelled()) {
        std::vector<v1::Command> commands;
        commands.swap(m_byStream);
        lock.unlock();
        for (const v1::Command &command : commands) {
            v1::WatchCommandsResponse response;
            *response.mutable_command() = command;
            writer->Write(response);
        }
        lock.lock();
        m_changed.wait_for(lock, milliseconds(20));
    }
    --m_streams;
    return grpc::Status::OK;
}

grpc::Status FakeCore::ReportCommandResult(grpc::ServerContext *context, const v1::ReportCommandResultRequest *request,
                                           v1::ReportCommandResultResponse *)
{
    if (const auto status = enter(Rpc::Result, *context); !status.ok())
        return status;
    {
        const std::lock_guard lock(m_mutex);
        for (const v1::CommandResult &result : request->results())
            if (m_refusedResults.contains(result.command_id()))
                return {grpc::StatusCode::INVALID_ARGUMENT, "it is wrong"};
        for (const v1::CommandResult &result : request->results())
            m_results.push_back(result);
    }
    return leave(Rpc::Result);
}

} // namespace ghost
