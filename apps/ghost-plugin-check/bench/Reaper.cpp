// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "bench/Reaper.h"

#include <cerrno>
#include <csignal>
#include <cstdio>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace ghost::kit {

namespace {

/// As @p status says that the child ended; its core is written already, where one is wanted.
[[noreturn]] void endAs(int status)
{
    if (WIFSIGNALED(status)) {
        const rlimit none{};
        ::setrlimit(RLIMIT_CORE, &none);
        std::signal(WTERMSIG(status), SIG_DFL);
        ::raise(WTERMSIG(status));
    }
    ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

[[noreturn]] void reapUntilTheEndOf(pid_t child)
{
    for (;;) {
        int status = 0;
        const pid_t ended = ::waitpid(-1, &status, 0);
        if (ended == child)
            endAs(status);
        if (ended < 0 && errno != EINTR)
            ::_exit(1);
    }
}

} // namespace

void goOnBelowAReaper()
{
    std::fflush(nullptr); // else both would write what is left in a buffer
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child > 0)
        reapUntilTheEndOf(child);
    if (child < 0) {
        std::perror("fork");
        ::_exit(1);
    }
    ::prctl(PR_SET_PDEATHSIG, SIGKILL); // who kills a row that hangs kills the parent
    if (::getppid() != parent)
        ::_exit(1);
}

} // namespace ghost::kit
