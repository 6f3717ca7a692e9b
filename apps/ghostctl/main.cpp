// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

#include "Program.h"
#include "agent/Interrupts.h"

namespace {

/// A closed standard stream would give its number to the next file that is opened, and our output would go into the
/// agent's socket. Read-only, so that writing still fails.
void fillStandardStreams()
{
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(fd, F_GETFD) < 0)
            ::open("/dev/null", O_RDONLY);
    }
}

} // namespace

int main(int argc, char **argv)
{
    fillStandardStreams();
    std::signal(SIGPIPE, SIG_IGN);         // a write says EPIPE instead
    ::setenv("GRPC_VERBOSITY", "NONE", 0); // gRPC's own lines are not for users
    ghost::ctl::Interrupts interrupts;
    return ghost::ctl::runProgram(argc, argv, interrupts);
}
