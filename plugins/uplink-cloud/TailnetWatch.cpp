// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "TailnetWatch.h"

#include <array>
#include <optional>

#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>

namespace ghost::uplink {

namespace {

UniqueFd openNews()
{
    UniqueFd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR;
    if (socket && ::bind(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) < 0)
        socket.reset();
    return socket;
}

/// What changed is not read: everything is looked at anew.
void drain(int socket)
{
    std::array<char, 8192> buffer;
    while (::recv(socket, buffer.data(), buffer.size(), 0) > 0) {
    }
}

} // namespace

TailnetWatch::TailnetWatch(QString socket, std::chrono::milliseconds interval, Changed changed)
    : m_socket(std::move(socket))
    , m_interval(interval)
    , m_changed(std::move(changed))
    , m_news(openNews())
    , m_thread([this](const std::stop_token &stop) { run(stop); })
{}

TailnetWatch::~TailnetWatch()
{
    requestStop();
}

void TailnetWatch::requestStop()
{
    m_thread.request_stop();
    m_stopping.raise();
}

void TailnetWatch::run(const std::stop_token &stop)
{
    std::optional<Tailnet> told;
    while (!stop.stop_requested()) {
        const Tailnet now = look();
        if (stop.stop_requested())
            return; // the look was cut short
        if (!told || *told != now) {
            m_changed(now);
            told = now;
        }
        std::array<pollfd, 2> fds{pollfd{.fd = m_stopping.fd(), .events = POLLIN, .revents = 0},
                                  pollfd{.fd = m_news.get(), .events = POLLIN, .revents = 0}};
        ::poll(fds.data(), fds.size(), int(m_interval.count()));
        if (fds[1].revents)
            drain(m_news.get());
    }
}

Tailnet TailnetWatch::look() const
{
    const auto asked = askTailscaled(m_socket, m_stopping.fd());
    if (asked)
        return *asked;
    return asked.error().code() == Code::NotFound ? tailnetOfInterfaces()
                                                  : Tailnet{Tailnet::State::Down, {}, asked.error().message()};
}

} // namespace ghost::uplink
