// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>

#include "ghost/cloud/v1/cloud.grpc.pb.h"

namespace ghost::uplink {

/// One stream of commands, for the thread that waits for them. gRPC's blocking reader cannot tell a stream that is open
/// from one that failed before it was.
class CommandReader final : public grpc::ClientReadReactor<cloud::v1::WatchCommandsResponse>
{
public:
    using Stub = cloud::v1::CloudService::Stub;

    /// Until the stream ends; once only. @p opened and @p received are called on this thread.
    grpc::Status run(Stub &stub, grpc::ClientContext &context, const cloud::v1::WatchCommandsRequest &request,
                     const std::function<void()> &opened,
                     const std::function<void(const cloud::v1::Command &)> &received);

    // gRPC's own, on its threads.
    void OnReadInitialMetadataDone(bool isOpen) override;
    void OnReadDone(bool hasRead) override;
    void OnDone(const grpc::Status &status) override;

private:
    cloud::v1::WatchCommandsResponse m_response;
    std::mutex m_mutex; ///< for what follows
    std::condition_variable m_changed;
    bool m_isOpen = false;
    std::optional<bool> m_read;
    std::optional<grpc::Status> m_end;
};

} // namespace ghost::uplink
