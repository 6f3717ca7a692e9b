// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Passt.h"

#include <cerrno>

#include <poll.h>
#include <sys/socket.h>

#include <QtCore/QFile>
#include <QtCore/QFileInfo>

#include "DetachedProcess.h"
#include "GuestProcess.h"
#include "Waiting.h"
#include "files/DurableFiles.h"

namespace ghost {

namespace {

/// Addresses and routes are read in milliseconds.
constexpr std::chrono::seconds startLimit{10};

/// The passt of the run before holds its ports until it has seen that its QEMU is gone.
constexpr std::chrono::seconds handoverLimit{1};
constexpr std::chrono::milliseconds handoverPause{100};

QList<QByteArray> argumentsFor(const NicSource &nic)
{
    // The same little network that QEMU's own user mode shows, so that the guest cannot tell which one carries it.
    const QByteArray ip = nic.reservedIp().isEmpty() ? "10.0.2.15" : nic.reservedIp().toLatin1();
    const QByteArray gateway = ip.left(ip.lastIndexOf('.')) + ".2";
    QList<QByteArray> arguments{"-F",         QByteArray::number(DetachedProcess::firstKept),
                                "-e",         "-q",
                                "-a",         ip,
                                "-n",         "255.255.255.0",
                                "-g",         gateway,
                                "--no-map-gw"}; // the host's own loopback is none of the guest's business
    for (const PortForward &forward : nic.forwards())
        arguments << (forward.protocol() == PortForward::Protocol::Udp ? "-u" : "-t")
                  << QStringLiteral("%1/%2:%3")
                         .arg(forward.hostAddress())
                         .arg(forward.hostPort())
                         .arg(forward.guestPort())
                         .toLatin1();
    return arguments;
}

bool isClosedByPeer(int socket)
{
    pollfd descriptor{socket, POLLIN, 0};
    return ::poll(&descriptor, 1, 0) > 0 && (descriptor.revents & (POLLHUP | POLLERR));
}

} // namespace

Passt::Passt(const VmFolder &folder, qsizetype index)
    : m_folder(folder)
    , m_logName(QStringLiteral("passt%1.log").arg(index))
{}

Result<UniqueFd> Passt::start(const NicSource &nic, Call &call) const
{
    Signal never;
    for (const auto end = Call::Clock::now() + handoverLimit;;) {
        auto socket = attempt(nic, call);
        if (socket || !foundItsPortTaken() || Call::Clock::now() >= end)
            return socket;
        if (const auto wake = call.waitAtMost(never, handoverPause); wake != Call::Wake::TimedOut)
            return Call::interrupted(wake, QStringLiteral("waiting for passt"));
    }
}

bool Passt::foundItsPortTaken() const
{
    return m_folder.lastWords(m_logName).contains(QLatin1String("Failed to bind"));
}

Result<UniqueFd> Passt::attempt(const NicSource &nic, Call &call) const
{
    if (!QFileInfo(nic.target()).isExecutable())
        return Error(Code::FailedPrecondition, QStringLiteral("'%1' is missing or no program").arg(nic.target()))
            .withHint(QStringLiteral("sudo apt install passt"));
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return fileError(QStringLiteral("cannot make a socket for passt"), errno);
    UniqueFd forQemu(ends[0]);
    UniqueFd forPasst(ends[1]);
    const auto log = m_folder.openLog(m_logName);
    if (!log)
        return log.error();
    auto process =
        DetachedProcess::prepare({QFile::encodeName(nic.target()), argumentsFor(nic), log->get(), {forPasst.get()}});
    if (!process)
        return process.error();
    const auto mark = ProcessMark::of(process->pid());
    const auto launcher = mark ? GuestProcess::own(*mark) : nullptr;
    if (const auto running = process->go(); !running)
        return running.error();
    forPasst.reset();
    // It goes into the background when all its ports are open; until then the first process stands for it.
    if (launcher) {
        const Call::Wake wake = waitReadable(launcher->endFd(), call, startLimit);
        if (wake == Call::Wake::TimedOut)
            return Error(Code::DeadlineExceeded,
                         QStringLiteral("passt was not ready within %1 s").arg(startLimit.count()));
        if (wake != Call::Wake::Raised)
            return Call::interrupted(wake, QStringLiteral("waiting for passt"));
    }
    if (!isClosedByPeer(forQemu.get()))
        return forQemu;
    const Error error(Code::FailedPrecondition,
                      QStringLiteral("passt does not start: ") + m_folder.lastWords(m_logName));
    return foundItsPortTaken() ? error.withHint(QStringLiteral(
                                     "another program has that port of this machine, or two forwards have it"))
                               : error;
}

} // namespace ghost
