// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "CommandReader.h"

#include <utility>

namespace ghost::uplink {

namespace v1 = cloud::v1;

grpc::Status CommandReader::run(Stub &stub, grpc::ClientContext &context, const v1::WatchCommandsRequest &request,
                                const std::function<void()> &opened,
                                const std::function<void(const v1::Command &)> &received)
{
    stub.async()->WatchCommands(&context, &request, this);
    AddHold(); // we read outside of its calls
    StartRead(&m_response);
    StartCall();
    std::unique_lock lock(m_mutex);
    while (true) {
        m_changed.wait(lock, [this] { return m_isOpen || m_read; });
        if (std::exchange(m_isOpen, false)) {
            lock.unlock();
            opened();
            lock.lock();
            continue;
        }
        if (!*std::exchange(m_read, std::nullopt))
            break;
        lock.unlock();
        if (m_response.has_command())
            received(m_response.command());
        StartRead(&m_response);
        lock.lock();
    }
    lock.unlock();
    RemoveHold();
    lock.lock();
    m_changed.wait(lock, [this] { return m_end.has_value(); });
    return *m_end;
}

void CommandReader::OnReadInitialMetadataDone(bool isOpen)
{
    const std::lock_guard lock(m_mutex);
    m_isOpen = isOpen;
    m_changed.notify_all();
}

void CommandReader::OnReadDone(bool hasRead)
{
    const std::lock_guard lock(m_mutex);
    m_read = hasRead;
    m_changed.notify_all();
}

void CommandReader::OnDone(const grpc::Status &status)
{
    const std::lock_guard lock(m_mutex); // held while it is told: then we are gone
    m_end = status;
    m_changed.notify_all();
}

} // namespace ghost::uplink
