// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "LiveReactor.h"

namespace google::protobuf {
class Message;
}

namespace ghost::api {

/// A call that asks something which is not in Agent::state(): passes the request on as a query, and the reply back.
class QueryCall final : public LiveReactor<grpc::ServerUnaryReactor>, public ReplySink
{
public:
    static grpc::ServerUnaryReactor *start(const std::shared_ptr<ServiceParts> &parts,
                                           grpc::CallbackServerContext &context, const char *query,
                                           const google::protobuf::Message &request,
                                           google::protobuf::Message &response);

    QueryCall(std::shared_ptr<ServiceParts> parts, grpc::CallbackServerContext &context, const char *query,
              const google::protobuf::Message &request, google::protobuf::Message &response);
    void begin();
    void answered(const Result<QCborMap> &reply) override;

private:
    grpc::CallbackServerContext &m_context;
    const char *m_query;
    const google::protobuf::Message &m_request;
    google::protobuf::Message &m_response;
};

} // namespace ghost::api
