// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "DetachedProcess.h"

#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files/DurableFiles.h"

namespace ghost {

namespace {

/// All that the child needs, made before fork(): after it only async-signal-safe calls are allowed.
struct Prepared
{
    const char *program = nullptr;
    std::vector<char *> arguments;
    std::vector<char *> environment;
    std::vector<int> descriptors; ///< for 0, 1, 2, 3 …
    int gateRead = -1;
    int number = -1;
    int failure = -1;
};

struct Pipe
{
    UniqueFd readEnd;
    UniqueFd writeEnd;

    bool open()
    {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0)
            return false;
        readEnd.reset(ends[0]);
        writeEnd.reset(ends[1]);
        return true;
    }
};

/// The whole value, or false at the end of the pipe.
template <class T>
bool readValue(int fd, T &value)
{
    ssize_t got = 0;
    do {
        got = ::read(fd, &value, sizeof value);
    } while (got < 0 && errno == EINTR);
    return got == static_cast<ssize_t>(sizeof value);
}

template <class T>
void writeValue(int fd, const T &value)
{
    [[maybe_unused]] const ssize_t written = ::write(fd, &value, sizeof value);
}

/// Everything that is needed moves out of the way first, so that no dup2 overwrites it; then all else is closed, at
/// once: a process that waits at its gate must hold no other's gate open.
bool placeDescriptors(Prepared &prepared)
{
    const int count = static_cast<int>(prepared.descriptors.size());
    const int gate = count;
    const int failure = count + 1;
    const int free = count + 2;
    for (int &descriptor : prepared.descriptors)
        descriptor = ::fcntl(descriptor, F_DUPFD_CLOEXEC, free);
    prepared.gateRead = ::fcntl(prepared.gateRead, F_DUPFD_CLOEXEC, free);
    prepared.failure = ::fcntl(prepared.failure, F_DUPFD_CLOEXEC, free);
    for (int target = 0; target < count; ++target)
        if (::dup2(prepared.descriptors[static_cast<size_t>(target)], target) < 0)
            return false;
    prepared.gateRead = ::dup3(prepared.gateRead, gate, O_CLOEXEC);
    prepared.failure = ::dup3(prepared.failure, failure, O_CLOEXEC);
    return prepared.gateRead >= 0 && prepared.failure >= 0 && ::close_range(static_cast<unsigned>(free), ~0U, 0) == 0;
}

/// The handlers of the agent must not run here: they write to descriptors that both share.
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

[[noreturn]] void becomeProgram(Prepared &prepared)
{
    ::setpgid(0, 0);
    ::umask(077);
    const rlimit noCore{0, 0}; // the guest's memory is in it
    ::setrlimit(RLIMIT_CORE, &noCore);
    char go = 0;
    const bool isPlaced = ::chdir("/") == 0 && placeDescriptors(prepared);
    const int error = errno;
    if (!readValue(prepared.gateRead, go))
        ::_exit(0);
    if (isPlaced) {
        resetSignals();
        ::execve(prepared.program, prepared.arguments.data(), prepared.environment.data());
    }
    writeValue(prepared.failure, isPlaced ? errno : error);
    ::_exit(127);
}

[[noreturn]] void runMiddle(Prepared &prepared)
{
    ::setsid();
    const pid_t pid = ::fork();
    if (pid == 0)
        becomeProgram(prepared);
    writeValue(prepared.number, pid);
    ::_exit(0);
}

std::vector<char *> pointers(const QList<QByteArray> &texts)
{
    std::vector<char *> result;
    for (const QByteArray &text : texts)
        result.push_back(const_cast<char *>(text.constData()));
    result.push_back(nullptr);
    return result;
}

} // namespace

Result<DetachedProcess> DetachedProcess::prepare(const Start &start)
{
    const QString what = QStringLiteral("cannot start '%1'").arg(QString::fromLocal8Bit(start.program));
    Pipe gate;
    Pipe number;
    Pipe failure;
    const UniqueFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!nothing || !gate.open() || !number.open() || !failure.open())
        return fileError(what, errno);

    const QList<QByteArray> arguments = QList<QByteArray>{start.program} + start.arguments;
    const QList<QByteArray> environment{"PATH=/usr/bin:/bin:/usr/sbin:/sbin", "HOME=/nonexistent", "LC_ALL=C"};
    Prepared prepared{
        start.program.constData(), pointers(arguments),   pointers(environment), {nothing.get(), start.log, start.log},
        gate.readEnd.get(),        number.writeEnd.get(), failure.writeEnd.get()};
    prepared.descriptors.insert(prepared.descriptors.end(), start.kept.begin(), start.kept.end());

    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    const pid_t middle = ::fork();
    const int forkError = errno;
    if (middle == 0)
        runMiddle(prepared);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (middle < 0)
        return fileError(what, forkError);
    while (::waitpid(middle, nullptr, 0) < 0 && errno == EINTR) {
    }
    number.writeEnd.reset();
    pid_t pid = -1;
    if (!readValue(number.readEnd.get(), pid) || pid <= 0)
        return fileError(what, EAGAIN);
    return DetachedProcess(pid, start.program, std::move(gate.writeEnd), std::move(failure.readEnd));
}

DetachedProcess::DetachedProcess(pid_t pid, QByteArray program, UniqueFd gate, UniqueFd failure)
    : m_pid(pid)
    , m_program(std::move(program))
    , m_gate(std::move(gate))
    , m_failure(std::move(failure))
{}

Result<void> DetachedProcess::go()
{
    writeValue(m_gate.get(), 'g');
    m_gate.reset();
    int error = 0;
    if (readValue(m_failure.get(), error)) // ends at exec, which closes the other end
        return fileError(QStringLiteral("cannot start '%1'").arg(QString::fromLocal8Bit(m_program)), error);
    return {};
}

} // namespace ghost
