// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "RouteWatch.h"

#include <array>

#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>

namespace ghost::nat {
namespace {

UniqueFd openSocket()
{
    UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = RTMGRP_IPV4_ROUTE | RTMGRP_IPV4_IFADDR;
    if (socket && ::bind(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) < 0)
        socket.reset();
    return socket;
}

/// What changed is not read: the callback looks at everything anew. More than the socket holds is a change, too.
void drain(int socket)
{
    std::array<char, 8192> buffer;
    while (::recv(socket, buffer.data(), buffer.size(), 0) > 0) {
    }
}

} // namespace

RouteWatch::RouteWatch(std::function<void()> callback)
    : m_callback(std::move(callback))
    , m_socket(openSocket())
    , m_thread([this](const std::stop_token &stop) { run(stop); })
{}

RouteWatch::~RouteWatch()
{
    m_thread.request_stop();
    m_stopping.raise();
}

void RouteWatch::run(const std::stop_token &stop) const
{
    while (!stop.stop_requested()) {
        std::array<pollfd, 2> fds{pollfd{.fd = m_stopping.fd(), .events = POLLIN, .revents = 0},
                                  pollfd{.fd = m_socket.get(), .events = POLLIN, .revents = 0}};
        ::poll(fds.data(), fds.size(), -1);
        if (stop.stop_requested() || !fds[1].revents)
            continue;
        drain(m_socket.get());
        m_callback();
    }
}

} // namespace ghost::nat
