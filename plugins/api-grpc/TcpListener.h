// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "AcceptLoop.h"
#include "endpoints/ListenAddress.h"

namespace ghost::api {

/// Listens on a TCP port and bounds the connections, which gRPC's own listener does not; nor would that say why it
/// cannot have a port.
class TcpListener
{
public:
    /// Takes the port; clients wait until start. AlreadyExists names who has it.
    static Result<std::unique_ptr<TcpListener>> bind(const ListenAddress &address);

    /// Both are called on the listener's thread; @p refused once a minute at the most, however many are refused.
    void start(AcceptLoop::Accepted accepted, std::function<void(const Error &why)> refused);
    /// The port is the real one.
    const ListenAddress &address() const { return m_address; }

private:
    TcpListener(UniqueFd socket, ListenAddress address);

    UniqueFd m_socket;
    ListenAddress m_address;
    std::optional<AcceptLoop> m_loop;
};

} // namespace ghost::api
