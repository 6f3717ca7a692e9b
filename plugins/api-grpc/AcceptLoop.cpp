// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "AcceptLoop.h"

#include <array>
#include <cerrno>

#include <poll.h>
#include <sys/socket.h>

namespace ghost::api {

namespace {
constexpr int pauseMs = 100; // without a free descriptor accept fails at once, again and again
} // namespace

AcceptLoop::AcceptLoop(UniqueFd socket, Accepted accepted)
    : m_socket(std::move(socket))
    , m_accepted(std::move(accepted))
    , m_thread([this] { run(); })
{}

AcceptLoop::~AcceptLoop()
{
    m_stop.raise();
    m_thread.join();
}

void AcceptLoop::run()
{
    bool pausing = false;
    while (true) {
        std::array<pollfd, 2> waiting = {pollfd{m_stop.fd(), POLLIN, 0},
                                         pollfd{m_socket.get(), short(pausing ? 0 : POLLIN), 0}};
        ::poll(waiting.data(), waiting.size(), pausing ? pauseMs : -1);
        if (waiting[0].revents)
            return;
        pausing = !acceptOne();
    }
}

bool AcceptLoop::acceptOne()
{
    UniqueFd connection(::accept4(m_socket.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (!connection)
        return errno != EMFILE && errno != ENFILE && errno != ENOMEM && errno != ENOBUFS;
    m_accepted(std::move(connection));
    return true;
}

} // namespace ghost::api
