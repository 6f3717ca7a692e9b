// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "HelperProcess.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QtCore/QFile>
#include <QtCore/QFileInfo>

#include "ChildProcess.h"
#include "files/DurableFiles.h"

namespace ghost {

namespace {

/// Collects what arrives on one stream of the program, up to a limit; the rest is read and dropped.
class Collector
{
public:
    Collector(int fd, qint64 limit)
        : m_fd(fd)
        , m_limit(limit)
    {}

    /// -1 after the end, which poll() then leaves out.
    int fd() const { return m_fd.get(); }
    bool isOverLimit() const { return m_isOverLimit; }
    QByteArray take() { return std::move(m_bytes); }

    /// Reads what is there without waiting for more; in steps, so that a program that writes without end cannot hold
    /// us.
    void read()
    {
        char buffer[16 * 1024];
        for (int step = 0; m_fd && step < 64; ++step) {
            const ssize_t got = ::read(m_fd.get(), buffer, sizeof buffer);
            if (got > 0)
                keep(QByteArrayView(buffer, got));
            else if (got == 0 || (errno != EAGAIN && errno != EINTR))
                m_fd.reset();
            else if (errno == EAGAIN)
                return;
        }
    }

private:
    void keep(QByteArrayView bytes)
    {
        const qsizetype room = static_cast<qsizetype>(m_limit) - m_bytes.size();
        m_isOverLimit = m_isOverLimit || bytes.size() > room;
        m_bytes.append(bytes.first(std::min(bytes.size(), room)));
    }

    UniqueFd m_fd;
    qint64 m_limit;
    QByteArray m_bytes;
    bool m_isOverLimit = false;
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
        return ::fcntl(readEnd.get(), F_SETFL, O_NONBLOCK) == 0; // ours only: the program may block on its end
    }
};

int pollTimeout(const Call &call)
{
    return static_cast<int>(std::min<qint64>(call.remaining().count(), INT_MAX));
}

/// Blocks until the program has ended by itself; any other end is an Error, and the caller's ChildProcess kills it.
Result<void> follow(const ChildProcess &child, Collector &output, Collector &errors, const QString &what, Call &call)
{
    while (true) {
        pollfd fds[] = {{child.endFd(), POLLIN, 0},
                        {output.fd(), POLLIN, 0},
                        {errors.fd(), POLLIN, 0},
                        {call.cancelFd(), POLLIN, 0}};
        const int ready = ::poll(fds, std::size(fds), pollTimeout(call));
        if (ready < 0 && errno != EINTR)
            return Error(Code::Internal, QStringLiteral("poll failed while '%1' ran").arg(what));
        if (ready <= 0) {
            if (auto wanted = call.check(); !wanted)
                return wanted.error().within(what);
            continue;
        }
        const bool ended = fds[0].revents != 0;
        output.read();
        errors.read();
        if (output.isOverLimit()) // of complaints the first will do; half an answer is none
            return Error(Code::ResourceExhausted, QStringLiteral("'%1' wrote too much output and was ended").arg(what));
        if (ended)
            return {};
        if (auto wanted = call.check(); !wanted)
            return wanted.error().within(what);
    }
}

} // namespace

QString HelperProcess::Outcome::reason() const
{
    if (signal != 0)
        return QStringLiteral("ended by signal %1").arg(signal);
    const QByteArray text = errors.trimmed();
    const QByteArray last = text.mid(text.lastIndexOf('\n') + 1);
    return last.isEmpty() ? QStringLiteral("exit code %1").arg(exitCode) : QString::fromUtf8(last.left(500));
}

bool HelperProcess::Outcome::lacksSpace() const
{
    return !succeeded() && (errors.contains("No space left on device") || errors.contains("Disk quota exceeded"));
}

HelperProcess::HelperProcess(const QString &program, const QString &package)
    : m_program(program)
    , m_package(package)
{}

Result<QString> HelperProcess::locate() const
{
    if (m_program.startsWith(u'/')) {
        if (QFileInfo(m_program).isExecutable())
            return m_program;
    } else {
        for (const char *folder : {"/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/", "/usr/local/bin/"}) {
            const QString path = QLatin1String(folder) + m_program;
            if (QFileInfo(path).isExecutable())
                return path;
        }
    }
    return Error(Code::Unavailable, QStringLiteral("program '%1' is missing").arg(m_program))
        .withHint(QStringLiteral("sudo apt install %1").arg(m_package));
}

/// A file in memory instead of a pipe: the program may read it, or not, without anybody having to feed it.
Result<UniqueFd> HelperProcess::openInput() const
{
    if (m_input.isEmpty())
        return UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    UniqueFd memory(::memfd_create("ghost-input", MFD_CLOEXEC));
    qint64 written = 0;
    while (memory && written < m_input.size()) {
        const ssize_t step =
            ::write(memory.get(), m_input.constData() + written, static_cast<size_t>(m_input.size() - written));
        if (step < 0)
            return fileError(QStringLiteral("input for '%1'").arg(m_program), errno);
        written += step;
    }
    ::lseek(memory.get(), 0, SEEK_SET);
    return memory;
}

Result<HelperProcess::Outcome> HelperProcess::run(const QStringList &arguments, Call &call) const
{
    if (auto wanted = call.check(); !wanted)
        return wanted.error().within(m_program);
    const Result<QString> program = locate();
    if (!program)
        return program.error();
    const Result<UniqueFd> input = openInput();
    if (!input)
        return input.error();
    Pipe output;
    Pipe errors;
    if (!*input || !output.open() || !errors.open())
        return fileError(QStringLiteral("cannot start '%1'").arg(m_program), errno);

    ChildProcess::Start start;
    start.program = QFile::encodeName(*program);
    for (const QString &argument : arguments)
        start.arguments.append(QFile::encodeName(argument));
    start.environment = {"PATH=/usr/bin:/bin:/usr/sbin:/sbin", "HOME=/nonexistent", "LC_ALL=C"};
    start.environment += m_environment;
    start.input = input->get();
    start.output = output.writeEnd.get();
    start.errors = errors.writeEnd.get();
    start.addressSpaceBytes = m_limits.addressSpaceBytes;
    start.cpuSeconds = m_limits.cpuSeconds;
    Result<ChildProcess> child = ChildProcess::start(start);
    if (!child)
        return child.error();
    output.writeEnd.reset();
    errors.writeEnd.reset();

    Collector outputText(output.readEnd.release(), m_limits.outputBytes);
    Collector errorText(errors.readEnd.release(), m_limits.outputBytes);
    if (auto followed = follow(*child, outputText, errorText, m_program, call); !followed)
        return followed.error();
    const int status = child->reap();

    Outcome outcome;
    outcome.exitCode = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    outcome.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    outcome.output = outputText.take();
    outcome.errors = errorText.take();
    return outcome;
}

Result<HelperProcess::Outcome> HelperProcess::runToSuccess(const QStringList &arguments, Call &call) const
{
    Result<Outcome> outcome = run(arguments, call);
    if (!outcome || outcome->succeeded())
        return outcome;
    const Code code = outcome->lacksSpace() ? Code::ResourceExhausted : Code::FailedPrecondition;
    return Error(code,
                 QStringLiteral("%1: %2%3")
                     .arg(m_program, outcome->lacksSpace() ? QStringLiteral("no space left on this disk: ") : QString(),
                          outcome->reason()));
}

} // namespace ghost
