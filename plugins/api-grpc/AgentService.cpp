// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "AgentService.h"

#include <algorithm>

#include <QtCore/QCborArray>

#include "ConsoleCall.h"
#include "EventStream.h"
#include "ImportCall.h"
#include "OperationCall.h"
#include "QueryCall.h"
#include "ghost/agent/v1/agent.grpc.pb.h"
#include "ghost/proto/CborCodec.h"

namespace ghost::api {

namespace {

namespace proto = agent::v1;
using Context = grpc::CallbackServerContext;
using Unary = grpc::ServerUnaryReactor;

/// The two reads that are asked most answer with bytes that are there already.
using ServiceBase = proto::AgentService::WithRawCallbackMethod_ListVMs<
    proto::AgentService::WithRawCallbackMethod_GetVMStatus<proto::AgentService::CallbackService>>;

QCborArray pluginsOf(const State &state)
{
    QCborArray plugins;
    for (const PluginStatus &plugin : state.plugins())
        plugins.append(plugin.toCbor());
    return plugins;
}

template <class List, class Predicate>
int countIf(const List &list, Predicate predicate)
{
    return int(std::count_if(list.begin(), list.end(), predicate));
}

QCborMap statusOf(const State &state)
{
    const auto vms = state.vms();
    const auto operations = state.operations();
    return {
        {QStringLiteral("agent_id"), state.agentId().toString()},
        {QStringLiteral("version"), state.agentVersion()},
        {QStringLiteral("started_at"), state.agentStartedAtMs()},
        {QStringLiteral("resources"), state.resources().toCbor()},
        {QStringLiteral("plugins"), pluginsOf(state)},
        {QStringLiteral("vms_total"), vms.size()},
        {QStringLiteral("vms_running"), countIf(vms, [](const Vm &vm) { return vm.state() == VmState::Running; })},
        {QStringLiteral("operations_running"), countIf(operations, [](const Operation &op) { return !op.isEnded(); })},
        {QStringLiteral("warnings"), QCborArray::fromStringList(state.warnings())},
    };
}

Unary *answer(Context &context, const Result<void> &result)
{
    auto *reactor = context.DefaultReactor();
    reactor->Finish(result ? grpc::Status::OK : toStatus(result.error()));
    return reactor;
}

Unary *answer(Context &context, const Result<grpc::ByteBuffer> &bytes, grpc::ByteBuffer &response)
{
    if (!bytes)
        return answer(context, bytes.error());
    response = *bytes;
    return answer(context, Result<void>());
}

class AgentService final : public ServiceBase
{
public:
    explicit AgentService(std::shared_ptr<ServiceParts> parts)
        : m_parts(std::move(parts))
    {}

// What changes something is a command of the same name, and what the state does not hold is a query: a line each.
#define GHOST_COMMAND(name)                                                                                            \
    Unary *name(Context *context, const proto::name##Request *request, proto::name##Response *response) override       \
    {                                                                                                                  \
        return OperationCall::start(m_parts, *context, #name, *request, *response);                                    \
    }
#define GHOST_QUERY(name)                                                                                              \
    Unary *name(Context *context, const proto::name##Request *request, proto::name##Response *response) override       \
    {                                                                                                                  \
        return QueryCall::start(m_parts, *context, #name, *request, *response);                                        \
    }

    GHOST_COMMAND(CreateVM)
    GHOST_COMMAND(DeleteVM)
    GHOST_COMMAND(StartVM)
    GHOST_COMMAND(StopVM)
    GHOST_COMMAND(RestartVM)
    GHOST_COMMAND(PauseVM)
    GHOST_COMMAND(ResumeVM)
    GHOST_COMMAND(SetVMForwards)
    GHOST_COMMAND(RemoveImage)
    GHOST_COMMAND(RemoveNetworks)
    GHOST_COMMAND(PauseCloud)
    GHOST_COMMAND(ResumeCloud)
    GHOST_COMMAND(LeaveCloud)
    GHOST_QUERY(GetOperation)
    GHOST_QUERY(ListOperations)
    GHOST_QUERY(ListImages)
    GHOST_QUERY(GetVMForwards)
    GHOST_QUERY(GetCloudStatus)
#undef GHOST_COMMAND
#undef GHOST_QUERY

    Unary *ListVMs(Context *context, const grpc::ByteBuffer *, grpc::ByteBuffer *response) override
    {
        return answer(*context, m_parts->views.vms(), *response);
    }

    Unary *GetVMStatus(Context *context, const grpc::ByteBuffer *bytes, grpc::ByteBuffer *response) override
    {
        proto::GetVMStatusRequest request;
        grpc::ByteBuffer unread = *bytes; // reading consumes it
        if (!grpc::SerializationTraits<proto::GetVMStatusRequest>::Deserialize(&unread, &request).ok())
            return answer(*context, Error(Code::InvalidArgument, QStringLiteral("not a GetVMStatusRequest")));
        return answer(*context, m_parts->views.vm(QString::fromStdString(request.vm())), *response);
    }

    Unary *ListPlugins(Context *context, const proto::ListPluginsRequest *,
                       proto::ListPluginsResponse *response) override
    {
        const auto state = m_parts->agent.state();
        return answer(*context, fromCbor({{QStringLiteral("plugins"), pluginsOf(*state)}}, *response));
    }

    Unary *GetAgentStatus(Context *context, const proto::GetAgentStatusRequest *,
                          proto::GetAgentStatusResponse *response) override
    {
        const auto state = m_parts->agent.state();
        return answer(*context, fromCbor({{QStringLiteral("status"), statusOf(*state)}}, *response));
    }

    Unary *CancelOperation(Context *context, const proto::CancelOperationRequest *request,
                           proto::CancelOperationResponse *response) override
    {
        const auto principal = m_parts->principal(*context);
        if (!principal)
            return answer(*context, principal.error());
        const auto id = OperationId::fromString(QString::fromStdString(request->id()));
        if (id.isNull())
            return answer(*context, Error(Code::InvalidArgument, QStringLiteral("id must be an operation's id"))
                                        .withField(QStringLiteral("id")));
        if (auto ok = m_parts->agent.cancel(id, *principal); !ok)
            return answer(*context, ok);
        const QCborMap present = presentValue(id, m_parts->agent).toCbor();
        return answer(*context, fromCbor({{QStringLiteral("operation"), present}}, *response));
    }

    grpc::ServerWriteReactor<proto::WatchEventsResponse> *WatchEvents(Context *context,
                                                                      const proto::WatchEventsRequest *request) override
    {
        return watchEvents(m_parts, *context, *request);
    }

    grpc::ServerWriteReactor<proto::WatchOperationResponse> *
    WatchOperation(Context *context, const proto::WatchOperationRequest *request) override
    {
        return watchOperation(m_parts, *context, *request);
    }

    grpc::ServerReadReactor<proto::ImportImageRequest> *ImportImage(Context *context,
                                                                    proto::ImportImageResponse *response) override
    {
        return importImage(m_parts, *context, *response);
    }

    grpc::ServerBidiReactor<proto::OpenConsoleRequest, proto::OpenConsoleResponse> *
    OpenConsole(Context *context) override
    {
        return openConsole(m_parts, *context);
    }

private:
    const std::shared_ptr<ServiceParts> m_parts;
};

} // namespace

std::unique_ptr<grpc::Service> makeAgentService(std::shared_ptr<ServiceParts> parts)
{
    return std::make_unique<AgentService>(std::move(parts));
}

} // namespace ghost::api
