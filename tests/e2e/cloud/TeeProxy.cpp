// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "TeeProxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include <QtCore/QList>

namespace ghost::e2e {
namespace {

sockaddr_in loopback(quint16 port)
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

bool sendAll(int fd, const char *bytes, ssize_t size)
{
    while (size > 0) {
        const ssize_t sent = ::send(fd, bytes, size_t(size), MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes += sent;
        size -= sent;
    }
    return true;
}

} // namespace

TeeProxy::TeeProxy(quint16 port)
    : m_target(port)
    , m_listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    , m_wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(m_listener.get(), reinterpret_cast<sockaddr *>(&address), size) != 0 ||
        ::listen(m_listener.get(), 64) != 0 ||
        ::getsockname(m_listener.get(), reinterpret_cast<sockaddr *>(&address), &size) != 0)
        qFatal("the proxy cannot listen");
    m_port = ntohs(address.sin_port);
    m_thread = std::jthread([this] { run(); });
}

TeeProxy::~TeeProxy()
{
    const std::lock_guard lock(m_mutex);
    m_isEnding = true;
    ::eventfd_write(m_wake.get(), 1);
}

void TeeProxy::cut()
{
    const std::lock_guard lock(m_mutex);
    m_isCut = true;
    for (Pipe &pipe : m_pipes) {
        pipe.agent.reset();
        pipe.cloud.reset();
    }
    ::eventfd_write(m_wake.get(), 1);
}

void TeeProxy::heal()
{
    const std::lock_guard lock(m_mutex);
    m_isCut = false;
}

QByteArrayList TeeProxy::traffic() const
{
    const std::lock_guard lock(m_mutex);
    QByteArrayList pieces;
    for (const Pipe &pipe : m_pipes)
        pieces << pipe.up << pipe.down;
    return pieces;
}

void TeeProxy::run()
{
    std::unique_lock lock(m_mutex);
    while (!m_isEnding) {
        std::vector<pollfd> watched{{m_listener.get(), POLLIN, 0}, {m_wake.get(), POLLIN, 0}};
        for (const Pipe &pipe : m_pipes) {
            watched.push_back({pipe.agent.get(), POLLIN, 0}); // poll passes over what is closed
            watched.push_back({pipe.cloud.get(), POLLIN, 0});
        }
        lock.unlock();
        ::poll(watched.data(), watched.size(), 1000);
        lock.lock();
        eventfd_t count = 0;
        if (::eventfd_read(m_wake.get(), &count) == 0)
            continue; // descriptors may be others by now
        size_t index = 2;
        for (Pipe &pipe : m_pipes) {
            const bool isUp = watched[index++].revents != 0;
            const bool isDown = watched[index++].revents != 0;
            const bool isBroken = (isUp && !pass(pipe.agent, pipe.cloud, pipe.up)) ||
                                  (isDown && !pass(pipe.cloud, pipe.agent, pipe.down));
            if (isBroken) {
                pipe.agent.reset();
                pipe.cloud.reset();
            }
        }
        if (watched[0].revents & POLLIN)
            accept();
    }
}

void TeeProxy::accept()
{
    UniqueFd agent(::accept4(m_listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!agent || m_isCut)
        return;
    UniqueFd cloud(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = loopback(m_target);
    if (::connect(cloud.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0)
        m_pipes.push_back({std::move(agent), std::move(cloud), {}, {}});
}

bool TeeProxy::pass(const UniqueFd &from, const UniqueFd &to, QByteArray &copy) const
{
    char bytes[65536];
    const ssize_t size = ::recv(from.get(), bytes, sizeof bytes, MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    if (size <= 0 || !sendAll(to.get(), bytes, size))
        return false;
    copy.append(bytes, size);
    return true;
}

} // namespace ghost::e2e
