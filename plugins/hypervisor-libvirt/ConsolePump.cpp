// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ConsolePump.h"

#include <array>
#include <cerrno>
#include <tuple>

#include <poll.h>
#include <sys/socket.h>

#include "libvirt/CalledByLibvirt.h"
#include "libvirt/LibvirtError.h"

namespace ghost {

namespace {

constexpr size_t chunkBytes = size_t(16) * 1024;
/// What is kept for a reader that lags. Beyond it the guest's output is dropped, as on any serial line: if it were left
/// in libvirt, libvirt would queue it without limit.
constexpr qsizetype backlogBytes = qsizetype(256) * 1024;

} // namespace

/// Shared with libvirt's callback, which may be under way while the pump goes.
struct ConsolePump::Wakeup
{
    Signal signal;

    GHOST_CALLED_BY_LIBVIRT static void streamReady(virStreamPtr stream, int, void *opaque)
    {
        // Otherwise it comes again and again until the pump has read.
        virStreamEventUpdateCallback(stream, 0);
        (*static_cast<std::shared_ptr<Wakeup> *>(opaque))->signal.raise();
    }
    GHOST_CALLED_BY_LIBVIRT static void release(void *opaque) { delete static_cast<std::shared_ptr<Wakeup> *>(opaque); }
};

Result<std::unique_ptr<ConsolePump>> ConsolePump::start(libvirt::Lease lease, libvirt::DomainHandle domain,
                                                        UniqueFd socket)
{
    std::unique_ptr<ConsolePump> pump(new ConsolePump(std::move(lease), std::move(socket)));
    const virConnectPtr connection = pump->m_lease.get();
    pump->m_stream.reset(virStreamNew(connection, VIR_STREAM_NONBLOCK));
    if (!pump->m_stream)
        return libvirt::lastError(QStringLiteral("cannot make a stream"));
    if (virDomainOpenConsole(domain.get(), nullptr, pump->m_stream.get(), VIR_DOMAIN_CONSOLE_FORCE) < 0)
        return libvirt::lastError(QStringLiteral("cannot open the console"));
    auto opaque = std::make_unique<std::shared_ptr<Wakeup>>(pump->m_wakeup);
    if (virStreamEventAddCallback(pump->m_stream.get(), VIR_STREAM_EVENT_READABLE, &Wakeup::streamReady, opaque.get(),
                                  &Wakeup::release) < 0)
        return libvirt::lastError(QStringLiteral("cannot watch the console"));
    std::ignore = opaque.release();
    pump->m_thread = std::jthread([raw = pump.get()] { raw->run(); });
    return pump;
}

ConsolePump::ConsolePump(libvirt::Lease lease, UniqueFd socket)
    : m_lease(std::move(lease))
    , m_socket(std::move(socket))
    , m_wakeup(std::make_shared<Wakeup>())
{}

ConsolePump::~ConsolePump()
{
    m_stop.raise();
}

void ConsolePump::run()
{
    while (waitForWork() && fromGuest() && flushToSocket() && toGuest()) {
    }
    virStreamEventRemoveCallback(m_stream.get());
    virStreamAbort(m_stream.get());
    ::shutdown(m_socket.get(), SHUT_RDWR); // the reader sees the end now, not when the pump is swept up
    m_finished = true;
}

bool ConsolePump::waitForWork()
{
    const short socketEvents = static_cast<short>((m_forGuest.isEmpty() && !m_inputEnded ? POLLIN : 0) |
                                                  (m_forSocket.isEmpty() ? 0 : POLLOUT));
    std::array<pollfd, 3> descriptors{
        {{m_stop.fd(), POLLIN, 0}, {m_wakeup->signal.fd(), POLLIN, 0}, {m_socket.get(), socketEvents, 0}}};
    while (::poll(descriptors.data(), descriptors.size(), -1) < 0)
        if (errno != EINTR)
            return false;
    if (descriptors[1].revents)
        m_wakeup->signal.clear();
    const bool readerWent = (descriptors[2].revents & (POLLHUP | POLLERR)) && !(descriptors[2].revents & POLLIN);
    return !descriptors[0].revents && !readerWent;
}

bool ConsolePump::fromGuest()
{
    std::array<char, chunkBytes> chunk;
    for (;;) {
        const int count = virStreamRecv(m_stream.get(), chunk.data(), chunk.size());
        if (count == -2) { // drained: ask to be woken for more
            virStreamEventUpdateCallback(m_stream.get(), VIR_STREAM_EVENT_READABLE);
            return true;
        }
        if (count <= 0)
            return false; // the guest stopped, another took the console, or libvirtd is gone
        if (m_forSocket.size() < backlogBytes)
            m_forSocket.append(chunk.data(), count);
        if (!flushToSocket())
            return false;
    }
}

bool ConsolePump::flushToSocket()
{
    while (!m_forSocket.isEmpty()) {
        const ssize_t count = ::send(m_socket.get(), m_forSocket.constData(), static_cast<size_t>(m_forSocket.size()),
                                     MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0)
            return errno == EAGAIN || errno == EINTR;
        m_forSocket.remove(0, count);
    }
    return true;
}

bool ConsolePump::toGuest()
{
    if (m_forGuest.isEmpty() && !m_inputEnded) {
        std::array<char, chunkBytes> chunk;
        const ssize_t count = ::recv(m_socket.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
        if (count < 0)
            return errno == EAGAIN || errno == EINTR;
        m_inputEnded = count == 0; // half closed, or all of it: the next poll tells
        m_forGuest.append(chunk.data(), count);
    }
    while (!m_forGuest.isEmpty()) {
        const int count = virStreamSend(m_stream.get(), m_forGuest.constData(), static_cast<size_t>(m_forGuest.size()));
        if (count < 0)
            return count == -2; // not with libvirtd's streams; the rest goes at the next turn
        m_forGuest.remove(0, count);
    }
    return true;
}

} // namespace ghost
