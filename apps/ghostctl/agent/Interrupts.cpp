// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "agent/Interrupts.h"

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "output/RawTerminal.h"

namespace ghost::ctl {
namespace {

sigset_t watchedSignals()
{
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT})
        sigaddset(&signals, signal);
    return signals;
}

[[noreturn]] void endAtOnce(int signal)
{
    constexpr int killedBySignal = 128;
    RawTerminal::putBack();
    std::_Exit(killedBySignal + signal);
}

} // namespace

Interrupts::Interrupts()
{
    const sigset_t signals = watchedSignals();
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    m_signals.reset(::signalfd(-1, &signals, SFD_CLOEXEC));
    m_end.reset(::eventfd(0, EFD_CLOEXEC));
    m_thread = std::thread([this] { watch(); });
}

Interrupts::~Interrupts()
{
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(m_end.get(), &one, sizeof one);
    m_thread.join();
}

void Interrupts::watch()
{
    while (true) {
        pollfd ready[] = {{m_signals.get(), POLLIN, 0}, {m_end.get(), POLLIN, 0}};
        if (::poll(ready, 2, -1) < 0)
            continue;
        if (ready[1].revents != 0)
            return;
        signalfd_siginfo info{};
        if (::read(m_signals.get(), &info, sizeof info) != sizeof info)
            continue;
        const int signal = int(info.ssi_signo);
        if (signal == SIGHUP || signal == SIGQUIT)
            endAtOnce(signal);
        if (!m_source.request_stop())
            endAtOnce(SIGINT);
    }
}

} // namespace ghost::ctl
