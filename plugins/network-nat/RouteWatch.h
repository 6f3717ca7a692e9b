// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <thread>

#include <ghost/Signal.h>

namespace ghost::nat {

/// Calls back, on a thread of its own, whenever the host's IPv4 routes or addresses have changed: it joined another
/// LAN, a VPN came up. No polling. Where the kernel gives no such socket it never calls.
class RouteWatch
{
public:
    explicit RouteWatch(std::function<void()> callback);
    /// Returns when no callback runs any more.
    ~RouteWatch();

private:
    void run(const std::stop_token &stop) const;

    const std::function<void()> m_callback;
    Signal m_stopping;
    UniqueFd m_socket;
    std::jthread m_thread;
};

} // namespace ghost::nat
