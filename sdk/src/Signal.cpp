// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/Signal.h"

#include <cstdint>

#include <sys/eventfd.h>
#include <unistd.h>

namespace ghost {

// An eventfd rather than a condition variable: it can be waited for together with a cancellation and a library's
// socket.
Signal::Signal()
    : m_fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    if (!m_fd)
        qFatal("cannot make an eventfd: out of file descriptors");
}

Signal::~Signal() = default;

void Signal::raise()
{
    const std::uint64_t one = 1;
    // Fails only with EAGAIN, when the counter is full: then it is raised already.
    [[maybe_unused]] const auto written = ::write(m_fd.get(), &one, sizeof one);
}

void Signal::clear()
{
    std::uint64_t count = 0;
    // EAGAIN: it was not raised.
    [[maybe_unused]] const auto read = ::read(m_fd.get(), &count, sizeof count);
}

} // namespace ghost
