// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ConsolePump.h"

#include <array>
#include <cerrno>

#include <poll.h>
#include <sys/socket.h>

namespace ghost {

namespace {

/// What is kept for a reader that lags. Beyond it the guest's output is dropped, as on any serial line.
constexpr qsizetype backlogBytes = qsizetype(256) * 1024;

/// Then the reader has its turn, and the driver that may want to end it all.
constexpr int mostChunks = 64;

bool isOnlyNow(ssize_t count)
{
    return count < 0 && (errno == EAGAIN || errno == EINTR);
}

/// False when @p socket takes nothing any more.
bool flush(int socket, QByteArray &bytes)
{
    while (!bytes.isEmpty()) {
        const ssize_t count =
            ::send(socket, bytes.constData(), static_cast<size_t>(bytes.size()), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0)
            return isOnlyNow(count);
        bytes.remove(0, count);
    }
    return true;
}

} // namespace

ConsolePump::ConsolePump(UniqueFd guest, UniqueFd reader)
    : m_guest(std::move(guest))
    , m_reader(std::move(reader))
    , m_thread([this] { run(); })
{}

ConsolePump::~ConsolePump()
{
    m_stop.raise();
}

void ConsolePump::run()
{
    while (waitForWork() && fromGuest() && toReader() && fromReader() && toGuest()) {
    }
    toReader(); // the guest's last words
    m_reader.reset();
    m_guest.reset();
}

bool ConsolePump::waitForWork()
{
    const auto wanted = [](bool input, bool output) {
        return static_cast<short>((input ? POLLIN : 0) | (output ? POLLOUT : 0));
    };
    std::array<pollfd, 3> descriptors{
        {{m_stop.fd(), POLLIN, 0},
         {m_guest.get(), wanted(true, !m_forGuest.isEmpty()), 0},
         {m_reader.get(), wanted(m_forGuest.isEmpty() && !m_inputEnded, !m_forReader.isEmpty()), 0}}};
    while (::poll(descriptors.data(), descriptors.size(), -1) < 0)
        if (errno != EINTR)
            return false;
    const bool readerWent = (descriptors[2].revents & (POLLHUP | POLLERR)) && !(descriptors[2].revents & POLLIN);
    return !descriptors[0].revents && !readerWent;
}

bool ConsolePump::fromGuest()
{
    std::array<char, 16384> chunk;
    for (int round = 0; round < mostChunks; ++round) {
        const ssize_t count = ::recv(m_guest.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
        if (count <= 0)
            return isOnlyNow(count);
        if (m_forReader.size() < backlogBytes)
            m_forReader.append(chunk.data(), count);
        if (!toReader())
            return false;
    }
    return true;
}

bool ConsolePump::toReader()
{
    return flush(m_reader.get(), m_forReader);
}

bool ConsolePump::fromReader()
{
    if (!m_forGuest.isEmpty() || m_inputEnded)
        return true;
    std::array<char, 16384> chunk;
    const ssize_t count = ::recv(m_reader.get(), chunk.data(), chunk.size(), MSG_DONTWAIT);
    if (count < 0)
        return isOnlyNow(count);
    m_inputEnded = count == 0; // half closed, or all of it: the next poll tells
    m_forGuest.append(chunk.data(), count);
    return true;
}

bool ConsolePump::toGuest()
{
    return flush(m_guest.get(), m_forGuest);
}

} // namespace ghost
