// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "StallingProxy.h"

#include <array>
#include <vector>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace ghost {

namespace {

sockaddr_un addressOf(const QString &path)
{
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    qstrncpy(address.sun_path, path.toLocal8Bit().constData(), sizeof address.sun_path);
    return address;
}

UniqueFd connectTo(const QString &path)
{
    UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_un address = addressOf(path);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) < 0)
        socket.reset();
    return socket;
}

/// One direction's worth of bytes; false at the end of the stream.
bool pass(int from, int to)
{
    std::array<char, 65536> buffer;
    const ssize_t count = ::recv(from, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count <= 0)
        return false;
    for (ssize_t sent = 0; sent < count;) {
        const ssize_t step = ::send(to, buffer.data() + sent, static_cast<size_t>(count - sent), MSG_NOSIGNAL);
        if (step <= 0)
            return false;
        sent += step;
    }
    return true;
}

} // namespace

StallingProxy::StallingProxy()
    : m_path(m_dir.filePath(QStringLiteral("sock")))
{
    m_listener = UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_un address = addressOf(m_path);
    if (::bind(m_listener.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0 ||
        ::listen(m_listener.get(), 64) != 0)
        qFatal("cannot listen on %s", qPrintable(m_path));
    m_thread = std::jthread([this](const std::stop_token &stop) { run(stop); });
}

StallingProxy::~StallingProxy()
{
    m_thread.request_stop();
    m_wake.raise();
}

void StallingProxy::stall()
{
    m_stalled = true;
    m_wake.raise();
}

void StallingProxy::resume()
{
    m_stalled = false;
    m_wake.raise();
}

void StallingProxy::cut()
{
    m_cut = true;
    m_wake.raise();
}

void StallingProxy::run(const std::stop_token &stop)
{
    struct Pair
    {
        UniqueFd client;
        UniqueFd daemon;
    };
    std::vector<Pair> pairs;
    while (!stop.stop_requested()) {
        std::vector<pollfd> descriptors{{m_wake.fd(), POLLIN, 0}};
        if (!m_stalled) {
            descriptors.push_back({m_listener.get(), POLLIN, 0});
            for (const Pair &pair : pairs) {
                descriptors.push_back({pair.client.get(), POLLIN, 0});
                descriptors.push_back({pair.daemon.get(), POLLIN, 0});
            }
        }
        ::poll(descriptors.data(), descriptors.size(), -1);
        if (descriptors.front().revents)
            m_wake.clear();
        if (m_cut.exchange(false))
            pairs.clear();
        else if (descriptors.size() > 1) {
            std::vector<Pair> alive;
            for (size_t i = 0; i < pairs.size(); ++i) {
                const bool up = !descriptors[2 + 2 * i].revents || pass(pairs[i].client.get(), pairs[i].daemon.get());
                const bool down = !descriptors[3 + 2 * i].revents || pass(pairs[i].daemon.get(), pairs[i].client.get());
                if (up && down)
                    alive.push_back(std::move(pairs[i]));
            }
            pairs = std::move(alive);
            if (descriptors[1].revents) {
                Pair pair{UniqueFd(::accept4(m_listener.get(), nullptr, nullptr, SOCK_CLOEXEC)),
                          connectTo(QStringLiteral("/run/libvirt/libvirt-sock"))};
                if (pair.client && pair.daemon)
                    pairs.push_back(std::move(pair));
            }
        }
    }
}

} // namespace ghost
