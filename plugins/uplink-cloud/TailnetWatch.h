// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <thread>

#include "LocalApi.h"
#include "UplinkOptions.h"
#include "ghost/Signal.h"

namespace ghost::uplink {

/// Follows this machine's place in the tailnet: looks when the kernel says that an address or interface has changed,
/// and from time to time. A tailnet that is gone is a state like any other.
class TailnetWatch
{
public:
    using Changed = std::function<void(const Tailnet &)>;

    /// @p changed is called on a thread of its own, first with what is now.
    TailnetWatch(QString socket, std::chrono::milliseconds interval, Changed changed);
    ~TailnetWatch();

    /// Does not wait for the end.
    void requestStop();

private:
    void run(const std::stop_token &stop);
    Tailnet look() const;

    const QString m_socket;
    const std::chrono::milliseconds m_interval;
    const Changed m_changed;
    Signal m_stopping;
    UniqueFd m_news;       ///< of the kernel; none: only from time to time
    std::jthread m_thread; ///< last: it uses everything above
};

} // namespace ghost::uplink
