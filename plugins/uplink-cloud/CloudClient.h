// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <stop_token>

#include "UplinkOptions.h"
#include "tls/LiveCertificates.h"

namespace ghost::cloud::v1 {
class Command;
class HeartbeatRequest;
class HeartbeatResponse;
class RegisterAgentRequest;
class RegisterAgentResponse;
class ReportCommandResultRequest;
class ReportVMCreatedRequest;
class ReportVMDeletedRequest;
class ReportVMStatusChangeRequest;
class UnregisterAgentRequest;
class WatchCommandsRequest;
} // namespace ghost::cloud::v1

namespace ghost::uplink {

/// The calls to the cloud. Each has a deadline, takes at most 1 MiB for an answer, and, where nothing else is said, is
/// tried three times. Thread-safe.
class CloudClient
{
public:
    /// Null @p certificates: plain text.
    CloudClient(const Endpoint &endpoint, std::shared_ptr<LiveCertificates> certificates, const Patience &patience);
    ~CloudClient();

    /// Tried once.
    Result<void> registerAgent(const cloud::v1::RegisterAgentRequest &request,
                               cloud::v1::RegisterAgentResponse &response);
    Result<void> heartbeat(const cloud::v1::HeartbeatRequest &request, cloud::v1::HeartbeatResponse &response,
                           const std::stop_token &stop);
    /// Tried once.
    Result<void> unregisterAgent(const cloud::v1::UnregisterAgentRequest &request);
    /// Also after close, and for @p limit at most, all attempts together.
    Result<void> sayGoodbye(const cloud::v1::UnregisterAgentRequest &request, std::chrono::milliseconds limit);
    Result<void> reportCreated(const cloud::v1::ReportVMCreatedRequest &request, const std::stop_token &stop);
    Result<void> reportDeleted(const cloud::v1::ReportVMDeletedRequest &request, const std::stop_token &stop);
    Result<void> reportChanged(const cloud::v1::ReportVMStatusChangeRequest &request, const std::stop_token &stop);
    Result<void> reportResults(const cloud::v1::ReportCommandResultRequest &request, const std::stop_token &stop);

    /// Until the stream ends; why, is the answer. Has no deadline: see cancelWatch. @p opened is not called for one
    /// that the cloud does not open.
    Result<void> watchCommands(const cloud::v1::WatchCommandsRequest &request, const std::function<void()> &opened,
                               const std::function<void(const cloud::v1::Command &)> &received);
    void cancelWatch();

    /// The next call takes a new connection: the old one may lead nowhere without knowing it.
    void reconnect();
    /// Ends the calls under way as Cancelled, and all later ones. Does not wait for them.
    void close();

private:
    struct Private;
    std::unique_ptr<Private> d;
};

/// The cloud answers, and does not want us.
bool isRefusal(const Error &error);
/// The cloud does not take this very message, however often it comes.
bool isForGood(const Error &error);

} // namespace ghost::uplink
