// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <thread>

#include "Backoff.h"
#include "CloudClient.h"
#include "LinkStatus.h"
#include "Session.h"

namespace ghost::uplink {

/// The thread that keeps a stream open on which commands come at once. Without it they come with the next beat, so it
/// may break and fail as it likes, and nobody hears of it.
class CommandStream
{
public:
    struct Parts
    {
        const UplinkOptions &options;
        Session &session;
        CloudClient &client;
        LinkStatus &status;
        std::function<void(const cloud::v1::Command &)> received;
        /// The cloud does not know this agent.
        std::function<void()> strangerHere;
    };
    explicit CommandStream(Parts parts);

    /// Does not wait for the end.
    void requestStop() { m_thread.request_stop(); }

private:
    void run(const std::stop_token &stop);
    Result<void> watch();
    void setOpen(bool isOpen);

    const Parts m_parts;
    Backoff m_backoff;
    std::jthread m_thread; ///< last: it uses everything above
};

} // namespace ghost::uplink
