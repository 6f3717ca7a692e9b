// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ChildProcess.h"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

extern "C" { // glibc 2.36 forgot it
#include <sys/pidfd.h>
}

#include "files/DurableFiles.h"

namespace ghost {

namespace {

/// All that the child needs, made before fork(): after it only async-signal-safe calls are allowed.
struct Prepared
{
    const char *program = nullptr;
    std::vector<char *> arguments;
    std::vector<char *> environment;
    int streams[3] = {-1, -1, -1};
    rlim_t addressSpace = 0;
    rlim_t cpuSeconds = 0;
    pid_t parent = -1;
    int failure = -1;
};

std::vector<char *> pointers(const QList<QByteArray> &texts, const QByteArray *first = nullptr)
{
    std::vector<char *> result;
    if (first)
        result.push_back(const_cast<char *>(first->constData()));
    for (const QByteArray &text : texts)
        result.push_back(const_cast<char *>(text.constData()));
    result.push_back(nullptr);
    return result;
}

void limit(__rlimit_resource resource, rlim_t value)
{
    const rlimit both{value, value};
    ::setrlimit(resource, &both);
}

/// Streams that lie on 0–2 themselves are moved away first, so that no dup2 overwrites one that is still needed.
bool placeStreams(Prepared &prepared)
{
    for (int &stream : prepared.streams) {
        stream = ::fcntl(stream, F_DUPFD_CLOEXEC, 3);
        if (stream < 0)
            return false;
    }
    for (int target = 0; target < 3; ++target) {
        if (::dup2(prepared.streams[target], target) < 0)
            return false;
    }
    return ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) == 0;
}

/// The handlers of the agent must not run in the child: they write to descriptors that both share.
void resetSignals()
{
    struct sigaction standard = {};
    standard.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number)
        ::sigaction(number, &standard, nullptr);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void runChild(Prepared &prepared)
{
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != prepared.parent) // it died before the line above
        ::_exit(127);
    ::umask(077);
    limit(RLIMIT_CORE, 0);
    if (prepared.addressSpace > 0)
        limit(RLIMIT_AS, prepared.addressSpace);
    if (prepared.cpuSeconds > 0)
        limit(RLIMIT_CPU, prepared.cpuSeconds);
    if (::chdir("/") == 0 && placeStreams(prepared)) {
        resetSignals();
        ::execve(prepared.program, prepared.arguments.data(), prepared.environment.data());
    }
    const int error = errno;
    [[maybe_unused]] const ssize_t written = ::write(prepared.failure, &error, sizeof error);
    ::_exit(127);
}

} // namespace

Result<ChildProcess> ChildProcess::start(const Start &start)
{
    int failure[2];
    if (::pipe2(failure, O_CLOEXEC) != 0)
        return fileError(QStringLiteral("cannot start a program"), errno);
    const UniqueFd failureRead(failure[0]);
    UniqueFd failureWrite(failure[1]);

    Prepared prepared{start.program.constData(),
                      pointers(start.arguments, &start.program),
                      pointers(start.environment),
                      {start.input, start.output, start.errors},
                      static_cast<rlim_t>(start.addressSpaceBytes),
                      static_cast<rlim_t>(start.cpuSeconds),
                      ::getpid(),
                      failureWrite.get()};
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t pid = ::fork();
    const int forkError = errno;
    if (pid == 0)
        runChild(prepared);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (pid < 0)
        return fileError(QStringLiteral("cannot start a program"), forkError);

    ::setpgid(pid, pid); // whichever of the two is first: kill() must find the group
    ChildProcess child(pid, UniqueFd(::pidfd_open(pid, 0)));
    failureWrite.reset();
    int error = 0;
    ssize_t got;
    do {
        got = ::read(failureRead.get(), &error, sizeof error); // ends at exec, which closes the other end
    } while (got < 0 && errno == EINTR);
    if (got == sizeof error)
        return fileError(QStringLiteral("cannot start '%1'").arg(QString::fromLocal8Bit(start.program)), error);
    if (child.endFd() < 0)
        return Error(Code::Internal, QStringLiteral("cannot watch a program: pidfd_open failed"));
    return child;
}

ChildProcess::ChildProcess(pid_t pid, UniqueFd pidFd)
    : m_pid(pid)
    , m_pidFd(std::move(pidFd))
{}

ChildProcess::ChildProcess(ChildProcess &&other) noexcept
    : m_pid(std::exchange(other.m_pid, -1))
    , m_pidFd(std::move(other.m_pidFd))
{}

ChildProcess::~ChildProcess()
{
    if (m_pid > 0) {
        kill();
        reap();
    }
}

void ChildProcess::kill()
{
    if (m_pid > 0)
        ::kill(-m_pid, SIGKILL);
}

int ChildProcess::reap()
{
    // First without reaping: as long as the zombie stands, nobody else can get its number, and kill() is safe.
    siginfo_t info = {};
    while (::waitid(P_PID, static_cast<id_t>(m_pid), &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
    }
    kill();
    int status = 0;
    while (::waitpid(m_pid, &status, 0) < 0 && errno == EINTR) {
    }
    m_pid = -1;
    return status;
}

} // namespace ghost
