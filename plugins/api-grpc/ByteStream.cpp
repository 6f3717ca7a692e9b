// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ByteStream.h"

#include <cerrno>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

namespace ghost::api {

namespace {
constexpr size_t readSize = 64UL * 1024;
} // namespace

ByteStream::Listener::~Listener() = default;

std::shared_ptr<ByteStream> ByteStream::open(StreamPump &pump, UniqueFd stream, std::shared_ptr<Listener> listener)
{
    auto created = std::make_shared<ByteStream>(pump, std::move(stream), std::move(listener));
    pump.post([created] { created->m_pump.add(created); });
    return created;
}

ByteStream::ByteStream(StreamPump &pump, UniqueFd stream, std::shared_ptr<Listener> listener)
    : m_pump(pump)
    , m_fd(std::move(stream))
    , m_listener(std::move(listener))
{
    ::fcntl(m_fd.get(), F_SETFL, ::fcntl(m_fd.get(), F_GETFL) | O_NONBLOCK);
}

void ByteStream::write(std::string bytes)
{
    {
        const std::lock_guard lock(m_mutex);
        m_outgoing = std::move(bytes);
        m_written = 0;
        m_writing = true;
    }
    m_pump.wake();
}

void ByteStream::read()
{
    {
        const std::lock_guard lock(m_mutex);
        m_reading = true;
    }
    m_pump.wake();
}

void ByteStream::endWriting()
{
    m_pump.post([self = shared_from_this()] { ::shutdown(self->m_fd.get(), SHUT_WR); });
}

void ByteStream::close()
{
    {
        const std::lock_guard lock(m_mutex);
        m_reading = m_writing = false;
    }
    m_pump.post([self = shared_from_this()] { self->dropOnPump(); });
}

void ByteStream::dropOnPump()
{
    m_pump.remove(this);
    m_fd.reset();
    std::shared_ptr<Listener> last; // its destructor runs without the lock
    const std::lock_guard lock(m_mutex);
    m_listener.swap(last);
}

std::shared_ptr<ByteStream::Listener> ByteStream::listener() const
{
    const std::lock_guard lock(m_mutex);
    return m_listener;
}

short ByteStream::interest() const
{
    const std::lock_guard lock(m_mutex);
    return short((m_reading ? POLLIN : 0) | (m_writing ? POLLOUT : 0));
}

void ByteStream::ready(short events)
{
    const short wanted = interest();
    if ((wanted & POLLOUT) && (events & (POLLOUT | POLLERR | POLLHUP)))
        writeSome();
    if ((wanted & POLLIN) && (events & (POLLIN | POLLERR | POLLHUP)))
        readSome();
}

void ByteStream::writeSome()
{
    bool ok = true;
    {
        const std::lock_guard lock(m_mutex);
        const size_t left = m_outgoing.size() - m_written;
        const ssize_t sent = ::send(m_fd.get(), m_outgoing.data() + m_written, left, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        ok = sent >= 0;
        m_written += ok ? size_t(sent) : 0;
        if (ok && m_written < m_outgoing.size())
            return;
        m_writing = false;
        m_outgoing.clear();
    }
    if (const auto to = listener())
        to->written(ok);
}

void ByteStream::readSome()
{
    std::string bytes(readSize, '\0');
    const ssize_t got = ::recv(m_fd.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    bytes.resize(got > 0 ? size_t(got) : 0);
    {
        const std::lock_guard lock(m_mutex);
        m_reading = false;
    }
    if (const auto to = listener())
        to->received(std::move(bytes));
}

} // namespace ghost::api
