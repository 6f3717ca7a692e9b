// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "FakeConsole.h"

#include <sys/socket.h>
#include <unistd.h>

namespace ghost {

FakeConsole::FakeConsole(UniqueFd guest)
    : m_guest(std::move(guest))
    , m_echo([end = m_guest.get()] {
        char buffer[256];
        for (ssize_t size = 0; (size = ::read(end, buffer, sizeof buffer)) > 0;)
            if (::send(end, buffer, size_t(size), MSG_NOSIGNAL) != size)
                break;
        ::shutdown(end, SHUT_RDWR);
    })
{}

FakeConsole::~FakeConsole()
{
    ::shutdown(m_guest.get(), SHUT_RDWR); // wakes the thread, and tells the reader
    m_echo.join();
}

} // namespace ghost
