// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <ghost/cloud/v1/cloud.grpc.pb.h>

#include "service/CommandStream.h"
#include "service/Services.h"

namespace ghost::cloud {
namespace {

using Context = grpc::CallbackServerContext;
using Unary = grpc::ServerUnaryReactor;

class CloudRpcs final : public v1::CloudService::CallbackService
{
public:
    explicit CloudRpcs(Desk &desk)
        : m_desk(desk)
    {}

    Unary *RegisterAgent(Context *context, const v1::RegisterAgentRequest *request,
                         v1::RegisterAgentResponse *response) override
    {
        return m_desk.answer(*context, [=](CloudBook &book) { return book.registration().enter(*request, *response); });
    }

    Unary *UnregisterAgent(Context *context, const v1::UnregisterAgentRequest *request,
                           v1::UnregisterAgentResponse *) override
    {
        return m_desk.answer(*context, [=](CloudBook &book) { return book.registration().leave(*request); });
    }

    Unary *Heartbeat(Context *context, const v1::HeartbeatRequest *request, v1::HeartbeatResponse *response) override
    {
        return m_desk.answer(*context, [=](CloudBook &book) { return book.heartbeats().beat(*request, *response); });
    }

// A report has no answer but that it was taken.
#define GHOST_REPORT(name, take)                                                                                       \
    Unary *name(Context *context, const v1::name##Request *request, v1::name##Response *) override                     \
    {                                                                                                                  \
        return m_desk.answer(*context, [=](CloudBook &book) { return book.reports().take(*request); });                \
    }
    GHOST_REPORT(ReportVMCreated, created)
    GHOST_REPORT(ReportVMDeleted, deleted)
    GHOST_REPORT(ReportVMStatusChange, changed)
    GHOST_REPORT(ReportCommandResult, commandsEnded)
#undef GHOST_REPORT

    grpc::ServerWriteReactor<v1::WatchCommandsResponse> *WatchCommands(Context *,
                                                                       const v1::WatchCommandsRequest *request) override
    {
        return CommandStream::start(m_desk, request->identity());
    }

private:
    Desk &m_desk;
};

} // namespace

std::unique_ptr<grpc::Service> makeCloudService(Desk &desk)
{
    return std::make_unique<CloudRpcs>(desk);
}

} // namespace ghost::cloud
