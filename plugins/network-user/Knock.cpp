// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Knock.h"

#include <cerrno>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace ghost::user {
namespace {

constexpr char greeting[] = "SSH-2.0-Ghost\r\n";

bool isReady(int fd, short events)
{
    pollfd entry{fd, events, 0};
    return ::poll(&entry, 1, 0) > 0;
}

} // namespace

Knock::Knock(const Endpoint &endpoint)
    : m_socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0))
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(uint16_t(endpoint.port));
    const bool isAddress = ::inet_pton(AF_INET, endpoint.address.toLatin1().constData(), &address.sin_addr) == 1;
    if (!m_socket || !isAddress ||
        (::connect(m_socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0 &&
         errno != EINPROGRESS))
        m_answer = Answer::NotListening;
}

short Knock::events() const
{
    return m_isConnected ? POLLIN : POLLOUT;
}

Knock::Answer Knock::look()
{
    if (m_answer == Answer::Pending)
        m_answer = advance();
    return m_answer;
}

Knock::Answer Knock::advance()
{
    if (!m_isConnected) {
        if (!isReady(m_socket.get(), POLLOUT))
            return Answer::Pending;
        int error = 0;
        socklen_t size = sizeof error;
        ::getsockopt(m_socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
        if (error != 0)
            return Answer::NotListening;
        m_isConnected = true;
        if (::send(m_socket.get(), greeting, sizeof greeting - 1, MSG_NOSIGNAL) < 0)
            return Answer::Refused;
    }
    if (!isReady(m_socket.get(), POLLIN))
        return Answer::Pending;
    char byte = 0;
    return ::recv(m_socket.get(), &byte, 1, 0) > 0 ? Answer::Greeted : Answer::Refused;
}

} // namespace ghost::user
