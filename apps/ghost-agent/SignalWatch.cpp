// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "SignalWatch.h"

#include <csignal>

#include <sys/signalfd.h>
#include <unistd.h>

namespace ghost {

SignalWatch::SignalWatch()
{
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGTERM, SIGINT, SIGHUP})
        sigaddset(&set, number);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    // A client that goes away in the middle of an answer is not our end.
    std::signal(SIGPIPE, SIG_IGN);
    m_fd.reset(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

void SignalWatch::start(std::function<void()> stop, std::function<void()> reopenLog)
{
    m_stop = std::move(stop);
    m_reopenLog = std::move(reopenLog);
    m_notifier = std::make_unique<QSocketNotifier>(m_fd.get(), QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, [this] { read(); });
}

void SignalWatch::read()
{
    signalfd_siginfo info{};
    while (::read(m_fd.get(), &info, sizeof info) == ssize_t(sizeof info)) {
        if (info.ssi_signo == SIGHUP)
            m_reopenLog();
        else
            m_stop();
    }
}

} // namespace ghost
