// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <thread>

namespace ghost::libvirt {

class PoolState;

/// The only thread that opens and closes a pool's connections: an open on a hung libvirtd never returns, and then hangs
/// here.
class Connector
{
public:
    explicit Connector(std::shared_ptr<PoolState> state);
    /// Waits for the thread, or leaves it behind if it is stuck in an open; then it ends by itself when the open
    /// returns.
    ~Connector();

private:
    static void run(const std::shared_ptr<PoolState> &state);

    std::shared_ptr<PoolState> m_state;
    std::jthread m_thread;
};

} // namespace ghost::libvirt
