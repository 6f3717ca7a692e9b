// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/proto/Status.h"

#include <array>

#include <grpcpp/support/status.h>

#include "ghost/agent/v1/agent.pb.h"
#include "google/rpc/status.pb.h"

namespace ghost {

namespace {

struct Row
{
    Code code;
    grpc::StatusCode status;
};

// Busy is ABORTED, a conflict with other work: unlike UNAVAILABLE no client library repeats it by itself. Of two rows
// with one status the first is what a bare status is read as.
constexpr std::array table = {
    Row{Code::InvalidArgument, grpc::StatusCode::INVALID_ARGUMENT},
    Row{Code::NotFound, grpc::StatusCode::NOT_FOUND},
    Row{Code::AlreadyExists, grpc::StatusCode::ALREADY_EXISTS},
    Row{Code::FailedPrecondition, grpc::StatusCode::FAILED_PRECONDITION},
    Row{Code::ResourceExhausted, grpc::StatusCode::RESOURCE_EXHAUSTED},
    Row{Code::PermissionDenied, grpc::StatusCode::PERMISSION_DENIED},
    Row{Code::Unauthenticated, grpc::StatusCode::UNAUTHENTICATED},
    Row{Code::Unsupported, grpc::StatusCode::UNIMPLEMENTED},
    Row{Code::Unavailable, grpc::StatusCode::UNAVAILABLE},
    Row{Code::Busy, grpc::StatusCode::ABORTED},
    Row{Code::DeadlineExceeded, grpc::StatusCode::DEADLINE_EXCEEDED},
    Row{Code::Cancelled, grpc::StatusCode::CANCELLED},
    Row{Code::Internal, grpc::StatusCode::INTERNAL},
    // Only read: what gRPC or a proxy may say.
    Row{Code::InvalidArgument, grpc::StatusCode::OUT_OF_RANGE},
    Row{Code::Internal, grpc::StatusCode::UNKNOWN},
    Row{Code::Internal, grpc::StatusCode::DATA_LOSS},
};

// The enum of the API is the enum of the SDK, number by number.
static_assert(int(agent::v1::ERROR_CODE_INVALID_ARGUMENT) == int(Code::InvalidArgument));
static_assert(int(agent::v1::ERROR_CODE_BUSY) == int(Code::Busy));
static_assert(int(agent::v1::ERROR_CODE_INTERNAL) == int(Code::Internal));
static_assert(int(agent::v1::ErrorCode_MAX) == int(Code::Internal));

grpc::StatusCode statusOf(Code code)
{
    for (const Row &row : table)
        if (row.code == code)
            return row.status;
    return grpc::StatusCode::INTERNAL; // Unspecified: somebody forgot a code
}

Code codeOf(grpc::StatusCode status)
{
    for (const Row &row : table)
        if (row.status == status)
            return row.code;
    return Code::Internal;
}

Error fromMessage(const agent::v1::Error &message, Code fallback)
{
    const bool known =
        message.code() != agent::v1::ERROR_CODE_UNSPECIFIED && agent::v1::ErrorCode_IsValid(message.code());
    return Error(known ? static_cast<Code>(message.code()) : fallback, QString::fromStdString(message.message()))
        .withField(QString::fromStdString(message.field()))
        .withHint(QString::fromStdString(message.hint()));
}

} // namespace

grpc::Status toStatus(const Error &error)
{
    agent::v1::Error message;
    message.set_code(static_cast<agent::v1::ErrorCode>(error.code()));
    message.set_message(error.message().toStdString());
    message.set_field(error.field().toStdString());
    message.set_hint(error.hint().toStdString());

    google::rpc::Status details;
    details.set_code(statusOf(error.code()));
    details.set_message(error.text().toStdString());
    details.add_details()->PackFrom(message);
    return grpc::Status(statusOf(error.code()), details.message(), details.SerializeAsString());
}

Error fromStatus(const grpc::Status &status)
{
    const Code fallback = codeOf(status.error_code());
    google::rpc::Status details;
    if (!status.error_details().empty() && details.ParseFromString(status.error_details())) {
        for (const google::protobuf::Any &detail : details.details())
            if (agent::v1::Error message; detail.UnpackTo(&message))
                return fromMessage(message, fallback);
    }
    return Error(fallback, QString::fromStdString(status.error_message()));
}

} // namespace ghost
