// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include <poll.h>

#include "HostSocket.h"
#include "Port.h"

namespace ghost::user {

/// What a guest behind QEMU or passt looks like from the host: connections are accepted whatever the guest does.
class PlayedGuest
{
public:
    enum class Mood { Absent, Refusing, Greeting };

    explicit PlayedGuest(Mood mood, int port = 0)
        : m_socket(port)
        , m_mood(mood)
        , m_thread([this](const std::stop_token &stop) { run(stop); })
    {}

    void become(Mood mood) { m_mood = mood; }
    Endpoint endpoint() const { return {.address = QStringLiteral("127.0.0.1"), .port = m_socket.port()}; }
    int connections() const { return m_connections; }

private:
    void run(const std::stop_token &stop)
    {
        std::vector<UniqueFd> open;
        while (!stop.stop_requested()) {
            pollfd entry{m_socket.fd(), POLLIN, 0};
            if (::poll(&entry, 1, 20) <= 0)
                continue;
            UniqueFd connection(::accept4(m_socket.fd(), nullptr, nullptr, SOCK_CLOEXEC));
            ++m_connections;
            if (m_mood == Mood::Refusing)
                continue; // closed at once
            if (m_mood == Mood::Greeting)
                greet(connection.get());
            open.push_back(std::move(connection));
        }
    }

    /// As Debian 12's passt: only to a client that has said something.
    static void greet(int connection)
    {
        constexpr char text[] = "SSH-2.0-played\r\n";
        pollfd entry{connection, POLLIN, 0};
        if (::poll(&entry, 1, 1'000) > 0)
            ::send(connection, text, sizeof text - 1, MSG_NOSIGNAL);
    }

    const HostSocket m_socket;
    std::atomic<Mood> m_mood;
    std::atomic<int> m_connections = 0;
    std::jthread m_thread;
};

} // namespace ghost::user
