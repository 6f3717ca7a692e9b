// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <ghost/PortForward.h>
#include <ghost/UniqueFd.h>

namespace ghost::user {

/// A program of a stranger that listens on 127.0.0.1, as far as others can tell.
class HostSocket
{
public:
    /// @p port 0: any free one.
    explicit HostSocket(int port = 0, int type = SOCK_STREAM)
        : m_fd(::socket(AF_INET, type | SOCK_CLOEXEC, 0))
    {
        const int yes = 1;
        if (type == SOCK_STREAM)
            ::setsockopt(m_fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(uint16_t(port));
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        m_isListening = ::bind(m_fd.get(), reinterpret_cast<sockaddr *>(&address), size) == 0 &&
                        (type != SOCK_STREAM || ::listen(m_fd.get(), 8) == 0) &&
                        ::getsockname(m_fd.get(), reinterpret_cast<sockaddr *>(&address), &size) == 0;
        m_port = ntohs(address.sin_port);
    }
    bool isListening() const { return m_isListening; }
    int port() const { return m_port; }
    int fd() const { return m_fd.get(); }

private:
    UniqueFd m_fd;
    int m_port = 0;
    bool m_isListening = false;
};

inline PortForward forwardTo(int guestPort, int hostPort = 0,
                             PortForward::Protocol protocol = PortForward::Protocol::Tcp)
{
    PortForward forward;
    forward.setProtocol(protocol);
    forward.setGuestPort(guestPort);
    forward.setHostAddress(QStringLiteral("127.0.0.1"));
    forward.setHostPort(hostPort);
    return forward;
}

} // namespace ghost::user
