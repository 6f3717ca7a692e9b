// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "QueryCall.h"

#include <google/protobuf/message.h>

#include "ghost/proto/CborCodec.h"

namespace ghost::api {

grpc::ServerUnaryReactor *QueryCall::start(const std::shared_ptr<ServiceParts> &parts,
                                           grpc::CallbackServerContext &context, const char *query,
                                           const google::protobuf::Message &request,
                                           google::protobuf::Message &response)
{
    return launch<QueryCall>(parts, context, query, request, response);
}

QueryCall::QueryCall(std::shared_ptr<ServiceParts> parts, grpc::CallbackServerContext &context, const char *query,
                     const google::protobuf::Message &request, google::protobuf::Message &response)
    : LiveReactor(std::move(parts))
    , m_context(context)
    , m_query(query)
    , m_request(request)
    , m_response(response)
{}

void QueryCall::begin()
{
    const auto principal = parts().principal(m_context);
    if (!principal)
        return finish(toStatus(principal.error()));
    parts().agent.query(Query(QLatin1String(m_query), toCbor(m_request)), *principal, self<QueryCall>());
}

void QueryCall::answered(const Result<QCborMap> &reply)
{
    whileOpen([&] {
        const auto filled = reply ? fromCbor(*reply, m_response) : Result<void>(reply.error());
        finishLocked(filled ? grpc::Status::OK : toStatus(filled.error()));
    });
}

} // namespace ghost::api
