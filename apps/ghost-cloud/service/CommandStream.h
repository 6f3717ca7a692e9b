// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <mutex>

#include <ghost/cloud/v1/cloud.pb.h>

#include "service/Desk.h"

namespace ghost::cloud {

/// One agent's WatchCommands: writes one command at a time, the others wait their turn. Keeps itself alive until gRPC
/// says that the call is over.
class CommandStream final : public grpc::ServerWriteReactor<v1::WatchCommandsResponse>, public CommandSink
{
public:
    static grpc::ServerWriteReactor<v1::WatchCommandsResponse> *start(Desk &desk, const v1::AgentIdentity &identity);

    void push(const Delivery &delivery) override;
    void close(const Error &reason) override;
    bool isOpen() const override;

private:
    explicit CommandStream(const Clock &clock)
        : m_clock(clock)
    {}
    void writeNext();

    void OnSendInitialMetadataDone(bool ok) override { OnWriteDone(ok); }
    void OnWriteDone(bool ok) override;
    void OnCancel() override { close(Error(Code::Cancelled, QStringLiteral("the agent has gone"))); }
    void OnDone() override { m_self.reset(); }

    const Clock &m_clock;
    std::shared_ptr<CommandStream> m_self;
    mutable std::mutex m_mutex; ///< for what follows; gRPC never calls back from within its own calls
    std::deque<Delivery> m_waiting;
    v1::WatchCommandsResponse m_response; ///< gRPC's while m_isWriting
    bool m_isWriting = true;              ///< the initial metadata at first
    bool m_isClosed = false;
};

} // namespace ghost::cloud
