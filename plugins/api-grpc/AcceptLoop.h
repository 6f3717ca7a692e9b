// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <thread>

#include "ghost/Signal.h"
#include "ghost/UniqueFd.h"

namespace ghost::api {

/// Accepts the connections of a listening socket, on a thread of its own, for as long as it lives.
class AcceptLoop
{
public:
    /// Called on the loop's thread; must not block.
    using Accepted = std::function<void(UniqueFd connection)>;

    AcceptLoop(UniqueFd socket, Accepted accepted);
    /// Ends the thread and closes the socket.
    ~AcceptLoop();

private:
    void run();
    /// False when accepting must pause for want of descriptors.
    bool acceptOne();

    UniqueFd m_socket;
    Accepted m_accepted;
    Signal m_stop;
    std::jthread m_thread; // last: the others are there when it starts
};

} // namespace ghost::api
