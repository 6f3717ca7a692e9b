// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "FakeConsole.h"

#include <string_view>

#include <sys/socket.h>
#include <unistd.h>

namespace ghost {

FakeConsole::FakeConsole(UniqueFd guest, std::function<void()> poweredOff)
    : m_guest(std::move(guest))
    , m_poweredOff(std::move(poweredOff))
    , m_echo([this] { echo(); })
{}

void FakeConsole::echo()
{
    const int end = m_guest.get();
    char buffer[256];
    for (ssize_t size = 0; (size = ::read(end, buffer, sizeof buffer)) >= 0;) {
        if (size == 0)
            return; // nothing more is typed; who typed may read on until the guest stops
        if (std::string_view(buffer, size_t(size)).find("poweroff\n") != std::string_view::npos) {
            m_poweredOff();
            break;
        }
        if (::send(end, buffer, size_t(size), MSG_NOSIGNAL) != size)
            break;
    }
    ::shutdown(end, SHUT_RDWR);
}

FakeConsole::~FakeConsole()
{
    ::shutdown(m_guest.get(), SHUT_RDWR); // wakes the thread, and tells the reader
    m_echo.join();
}

} // namespace ghost
