// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <ghost/cloud/v1/operator.grpc.pb.h>

#include "service/Desk.h"
#include "service/Services.h"

namespace ghost::cloud {
namespace {

using Context = grpc::CallbackServerContext;
using Unary = grpc::ServerUnaryReactor;

class OperatorRpcs final : public v1::OperatorService::CallbackService
{
public:
    explicit OperatorRpcs(Desk &desk)
        : m_desk(desk)
    {}

    Unary *ListAgents(Context *context, const v1::ListAgentsRequest *, v1::ListAgentsResponse *response) override
    {
        return m_desk.answer(*context, [=](CloudBook &book) { return book.desk().listAgents(*response); });
    }

#define GHOST_OPERATOR(name, method)                                                                                   \
    Unary *name(Context *context, const v1::name##Request *request, v1::name##Response *response) override             \
    {                                                                                                                  \
        return m_desk.answer(*context, [=](CloudBook &book) { return book.desk().method(*request, *response); });      \
    }
    GHOST_OPERATOR(ListVMs, listVms)
    GHOST_OPERATOR(SubmitCommand, submit)
    GHOST_OPERATOR(ListCommands, listCommands)
    GHOST_OPERATOR(ListHistory, listHistory)
#undef GHOST_OPERATOR

private:
    Desk &m_desk;
};

} // namespace

std::unique_ptr<grpc::Service> makeOperatorService(Desk &desk)
{
    return std::make_unique<OperatorRpcs>(desk);
}

} // namespace ghost::cloud
