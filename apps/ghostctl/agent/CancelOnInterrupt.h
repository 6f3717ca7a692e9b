// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace grpc {
class ClientContext;
}

namespace ghost::ctl {

class Session;

/// While it lives, an interrupt asks the agent to cancel an operation. If that does not end it within 35 seconds (an
/// undo may take 30), the call that waits for its end is broken off.
class CancelOnInterrupt
{
public:
    CancelOnInterrupt(Session &session, std::string operationId, grpc::ClientContext &waiting);
    ~CancelOnInterrupt();
    CancelOnInterrupt(const CancelOnInterrupt &) = delete;
    CancelOnInterrupt &operator=(const CancelOnInterrupt &) = delete;

private:
    void watch();
    void cancel();

    Session &m_session;
    std::string m_operationId;
    grpc::ClientContext &m_waiting;
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    bool m_ended = false;
    std::thread m_thread;
};

} // namespace ghost::ctl
