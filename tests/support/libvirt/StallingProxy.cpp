// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "StallingProxy.h"

#include <algorithm>
#include <array>
#include <vector>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <QtCore/QtEndian>

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

constexpr quint32 remoteProgram = 0x20008086;
constexpr qsizetype procedureAt = 12; // after length, program and version
constexpr qsizetype headerBytes = 16;

quint32 word(const QByteArray &bytes, qsizetype at)
{
    return qFromBigEndian<quint32>(bytes.constData() + at);
}

/// What is there now; false at the end of the stream.
bool receive(int from, QByteArray &bytes)
{
    std::array<char, 65536> buffer;
    const ssize_t count = ::recv(from, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count > 0)
        bytes.append(buffer.data(), count);
    return count > 0;
}

bool sendAll(int to, const QByteArray &bytes)
{
    for (ssize_t sent = 0; sent < bytes.size();) {
        const ssize_t step =
            ::send(to, bytes.constData() + sent, static_cast<size_t>(bytes.size() - sent), MSG_NOSIGNAL);
        if (step <= 0)
            return false;
        sent += step;
    }
    return true;
}

bool pass(int from, int to)
{
    QByteArray bytes;
    return receive(from, bytes) && sendAll(to, bytes);
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

/// Call by call, but for those that are to be swallowed.
bool StallingProxy::passCalls(int client, int daemon, QByteArray &partial)
{
    if (!receive(client, partial))
        return false;
    while (partial.size() >= headerBytes) {
        const qsizetype length = std::max<qsizetype>(word(partial, 0), headerBytes);
        if (partial.size() < length)
            break;
        const quint32 procedure = word(partial, procedureAt);
        if (procedure == m_procedure && word(partial, 4) == remoteProgram)
            swallowed.raise();
        else if (!sendAll(daemon, partial.first(length)))
            return false;
        partial.remove(0, length);
    }
    return true;
}

void StallingProxy::run(const std::stop_token &stop)
{
    struct Pair
    {
        UniqueFd client;
        UniqueFd daemon;
        QByteArray partialCall;
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
                const int client = pairs[i].client.get(), daemon = pairs[i].daemon.get();
                const bool up = !descriptors[2 + 2 * i].revents || passCalls(client, daemon, pairs[i].partialCall);
                const bool down = !descriptors[3 + 2 * i].revents || pass(daemon, client);
                if (up && down)
                    alive.push_back(std::move(pairs[i]));
            }
            pairs = std::move(alive);
            if (descriptors[1].revents) {
                Pair pair{UniqueFd(::accept4(m_listener.get(), nullptr, nullptr, SOCK_CLOEXEC)),
                          connectTo(QStringLiteral("/run/libvirt/libvirt-sock")),
                          {}};
                if (pair.client && pair.daemon)
                    pairs.push_back(std::move(pair));
            }
        }
    }
}

} // namespace ghost
