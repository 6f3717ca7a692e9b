// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>

#include <grpcpp/support/byte_buffer.h>

#include "ghost/Agent.h"

namespace ghost::api {

/// The answers to ListVMs and GetVMStatus as bytes, made once for each state rather than once for each call. Of a new
/// state only the VMs that changed are encoded anew. Thread-safe.
class StateViews
{
public:
    explicit StateViews(Agent &agent);
    ~StateViews();

    /// A ListVMsResponse.
    grpc::ByteBuffer vms();
    /// A GetVMStatusResponse; @p vm is an id or a name.
    Result<grpc::ByteBuffer> vm(const QString &vm);

private:
    struct View;
    std::shared_ptr<const View> current();

    Agent &m_agent;
    std::mutex m_mutex;
    std::shared_ptr<const View> m_view;
};

} // namespace ghost::api
