// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "OperationReactor.h"

namespace google::protobuf {
class Message;
}

namespace ghost::api {

/// Metadata with the id of the operation: initial as soon as it is submitted, so that a client can follow or cancel it,
/// and trailing, for an error.
inline constexpr char operationMetadata[] = "ghost-operation-id";

/// A call that changes something: submits the command and answers with the operation, at its end or, if the request
/// says `async`, at once. A client that goes away takes nothing with it but this call.
class OperationCall final : public OperationReactor<grpc::ServerUnaryReactor>
{
public:
    /// @p response must have a field `operation`.
    static grpc::ServerUnaryReactor *start(const std::shared_ptr<ServiceParts> &parts,
                                           grpc::CallbackServerContext &context, const char *command,
                                           const google::protobuf::Message &request,
                                           google::protobuf::Message &response);

    /// When the client has its answer.
    enum class Answer { AtOnce, AtTheEnd };
    OperationCall(std::shared_ptr<ServiceParts> parts, OperationId operation, Principal principal, Answer answer,
                  google::protobuf::Message &response);
    void begin();

private:
    void told(const Operation &operation) override;

    const OperationId m_operation;
    const Principal m_principal;
    const Answer m_answer;
    google::protobuf::Message &m_response;
};

/// Ok with @p response filled, or what the operation failed of.
grpc::Status outcome(const Operation &operation, google::protobuf::Message &response);
/// Its present value as the core shows it; a bare one in the moment before it does.
Operation presentValue(OperationId id, Agent &agent);

} // namespace ghost::api
