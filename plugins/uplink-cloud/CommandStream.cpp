// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "CommandStream.h"

#include "Doorbell.h"
#include "ghost/cloud/v1/cloud.pb.h"

namespace ghost::uplink {

namespace v1 = cloud::v1;

namespace {

/// One that lived that long was a good one: the next is tried at once.
constexpr auto goodLife = std::chrono::seconds(10);

} // namespace

CommandStream::CommandStream(Parts parts)
    : m_parts(std::move(parts))
    , m_backoff(m_parts.options.patience.firstRetry, m_parts.options.patience.longestRetry)
    , m_thread([this](const std::stop_token &stop) { run(stop); })
{}

void CommandStream::run(const std::stop_token &stop)
{
    while (m_parts.session.waitUntilRegistered(stop)) {
        const auto begin = std::chrono::steady_clock::now();
        const auto ended = watch();
        setOpen(false);
        if (stop.stop_requested())
            return;
        if (!ended && ended.error().code() == Code::NotFound)
            m_parts.strangerHere();
        if (std::chrono::steady_clock::now() - begin > goodLife)
            m_backoff.reset();
        Doorbell().wait(stop, m_backoff.next());
    }
}

Result<void> CommandStream::watch()
{
    v1::WatchCommandsRequest request;
    m_parts.session.introduce(*request.mutable_identity());
    return m_parts.client.watchCommands(
        request, [this] { setOpen(true); },
        [this](const v1::Command &command) {
            m_backoff.reset();
            m_parts.received(command);
        });
}

void CommandStream::setOpen(bool isOpen)
{
    m_parts.status.edit([&](LinkStatus::Facts &facts) { facts.isStreamOpen = isOpen; });
}

} // namespace ghost::uplink
