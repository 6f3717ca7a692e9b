// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "QmpMonitor.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <poll.h>
#include <sys/socket.h>

#include <QtCore/QJsonDocument>

#include "QmpReader.h"
#include "Waiting.h"

namespace ghost {

using std::chrono::milliseconds;

namespace {

/// Between two attempts to connect to a QEMU that runs but cannot be talked to.
constexpr milliseconds retryInterval{500};

/// Then others have their turn, however much a guest makes QEMU say.
constexpr int mostChunks = 64;

Error silent()
{
    return Error(Code::Unavailable, QStringLiteral("QEMU runs but does not answer"))
        .withHint(QStringLiteral("stopped by a signal, or hanging on its disk; --force ends it"));
}

Error ended()
{
    return Error(Code::Unavailable, QStringLiteral("QEMU has ended"));
}

} // namespace

struct QmpMonitor::Request
{
    QString command;
    QJsonObject arguments;
    Signal done;
    std::optional<Result<QJsonValue>> answer; ///< guarded by the monitor's mutex

    Request(QString wanted, QJsonObject with)
        : command(std::move(wanted))
        , arguments(std::move(with))
    {}
};

QmpMonitor::QmpMonitor(std::shared_ptr<const GuestProcess> process, VmId vm, Connect connect, QmpListener &listener)
    : m_process(std::move(process))
    , m_vm(vm)
    , m_connect(std::move(connect))
    , m_listener(listener)
    , m_thread([this] { run(); })
{}

QmpMonitor::~QmpMonitor()
{
    m_stop.raise();
}

QmpMonitor::Ticket QmpMonitor::send(const QString &command, const QJsonObject &arguments)
{
    auto ticket = std::make_shared<Request>(command, arguments);
    {
        const std::lock_guard lock(m_mutex);
        if (m_isOver) {
            ticket->answer = ended();
            ticket->done.raise();
        } else {
            m_queue.push_back(ticket);
        }
    }
    m_work.raise();
    return ticket;
}

Result<QJsonValue> QmpMonitor::finish(const Ticket &ticket, Call &call, Call::Clock::time_point end)
{
    const milliseconds limit = m_isSilent ? milliseconds(0) : until(end);
    Call::Wake wake = call.waitAtMost(ticket->done, limit);
    const bool isNeverSent = withdraw(ticket);
    const bool isInterrupted = wake == Call::Wake::Cancelled || wake == Call::Wake::DeadlineExceeded;
    if (isInterrupted && !isNeverSent && !ticket->command.startsWith(QLatin1String("query-"))) {
        const auto now = Call::Clock::now();
        Call patience(call.operation(), m_isSilent ? now : std::min(end, now + answerLimit));
        patience.wait(ticket->done);
        wake = Call::Wake::TimedOut;
    }
    {
        const std::lock_guard lock(m_mutex);
        if (ticket->answer)
            return *ticket->answer;
    }
    if (wake != Call::Wake::TimedOut)
        return Call::interrupted(wake, QStringLiteral("waiting for QEMU"));
    if (!m_isSilent.exchange(true))
        m_listener.qmpProblem(silent().message());
    return silent();
}

Result<QJsonValue> QmpMonitor::execute(const QString &command, const QJsonObject &arguments, Call &call)
{
    if (const auto wanted = call.check(); !wanted)
        return wanted.error();
    const auto end = Call::Clock::now() + answerLimit;
    return finish(send(command, arguments), call, end);
}

/// False: QEMU has it, or has answered; an answer that comes late finds nobody.
bool QmpMonitor::withdraw(const Ticket &ticket)
{
    const std::lock_guard lock(m_mutex);
    return std::erase(m_queue, ticket) > 0;
}

void QmpMonitor::run()
{
    for (;;) {
        Served served = Served::Lost;
        if (const auto socket = m_connect(); socket)
            served = serve(socket->get());
        else
            refuse(socket.error().message());
        failInFlight(Error(Code::Unavailable, QStringLiteral("the connection to QEMU was lost")));
        if (served == Served::Stopped || (served == Served::Lost && !pause(retryInterval)))
            return failAll(Error(Code::Unavailable, QStringLiteral("the driver stops")));
        if (served == Served::Ended || m_process->hasEnded())
            break;
    }
    m_listener.processEnded(); // first the verdict, then those who will ask for it
    failAll(ended());
}

QmpMonitor::Served QmpMonitor::serve(int socket)
{
    m_phase = Phase::Greeting;
    m_outgoing.clear();
    QmpReader reader;
    for (;;) {
        const short events = static_cast<short>(POLLIN | (m_outgoing.isEmpty() ? 0 : POLLOUT));
        std::array<pollfd, 4> descriptors{
            {{m_stop.fd(), POLLIN, 0}, {m_process->endFd(), POLLIN, 0}, {m_work.fd(), POLLIN, 0}, {socket, events, 0}}};
        if (::poll(descriptors.data(), descriptors.size(), -1) < 0) {
            if (errno == EINTR)
                continue;
            return Served::Lost;
        }
        if (descriptors[0].revents)
            return Served::Stopped;
        const bool talks = receive(socket, reader); // also after its end: its last words are in the socket
        if (descriptors[1].revents)
            return Served::Ended;
        if (descriptors[2].revents)
            m_work.clear();
        if (!talks)
            return Served::Lost;
        sendNext();
        if (!flush(socket))
            return Served::Lost;
    }
}

bool QmpMonitor::receive(int socket, QmpReader &reader)
{
    std::array<char, 16384> chunk;
    for (int round = 0; round < mostChunks; ++round) {
        const ssize_t count = ::recv(socket, chunk.data(), chunk.size(), MSG_DONTWAIT);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return count < 0 && errno == EAGAIN;
        const auto messages = reader.take(QByteArrayView(chunk.data(), count));
        if (!messages)
            return refuse(messages.error().message());
        for (const QJsonObject &message : *messages)
            if (!take(message))
                return false;
        if (m_isSilent.exchange(false))
            m_listener.qmpHeardAgain();
    }
    return true;
}

bool QmpMonitor::flush(int socket)
{
    while (!m_outgoing.isEmpty()) {
        const ssize_t count =
            ::send(socket, m_outgoing.constData(), static_cast<size_t>(m_outgoing.size()), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0)
            return errno == EAGAIN || errno == EINTR;
        m_outgoing.remove(0, count);
    }
    return true;
}

/// False: this is no QEMU to go on with.
bool QmpMonitor::take(const QJsonObject &message)
{
    if (message.contains(QLatin1String("event"))) {
        m_listener.qmpEvent(message.value(QLatin1String("event")).toString(),
                            message.value(QLatin1String("data")).toObject());
        return true;
    }
    if (m_phase == Phase::Ready)
        return takeAnswer(message);
    if (m_phase == Phase::Greeting) {
        if (!message.contains(QLatin1String("QMP")))
            return refuse(QStringLiteral("no greeting came from QEMU's socket"));
        m_phase = Phase::Negotiating;
        write(QStringLiteral("qmp_capabilities"), {});
        return true;
    }
    if (!message.contains(QLatin1String("return")))
        return refuse(QStringLiteral("QEMU does not take part in the greeting"));
    const QJsonObject result = message.value(QLatin1String("return")).toObject();
    if (m_phase == Phase::Negotiating) {
        m_phase = Phase::CheckingVm;
        write(QStringLiteral("query-uuid"), {});
    } else if (m_phase == Phase::CheckingVm) {
        if (VmId::fromString(result.value(QLatin1String("UUID")).toString()) != m_vm)
            return refuse(QStringLiteral("the QEMU at this socket runs another VM"));
        m_phase = Phase::AskingState;
        write(QStringLiteral("query-status"), {});
    } else {
        m_phase = Phase::Ready;
        m_lastProblem.clear();
        m_listener.qmpConnected(result.value(QLatin1String("status")).toString());
    }
    return true;
}

bool QmpMonitor::takeAnswer(const QJsonObject &message)
{
    if (!m_inFlight || message.value(QLatin1String("id")).toInteger() != static_cast<qint64>(m_lastId))
        return refuse(QStringLiteral("QEMU answered what nobody had asked"));
    const std::lock_guard lock(m_mutex);
    if (message.contains(QLatin1String("return")))
        m_inFlight->answer = Result<QJsonValue>(message.value(QLatin1String("return")));
    else
        m_inFlight->answer =
            Error(Code::FailedPrecondition,
                  QStringLiteral("QEMU refuses %1: ").arg(m_inFlight->command) +
                      message.value(QLatin1String("error")).toObject().value(QLatin1String("desc")).toString());
    m_inFlight->done.raise();
    m_inFlight.reset();
    return true;
}

void QmpMonitor::sendNext()
{
    if (m_phase != Phase::Ready || m_inFlight)
        return;
    {
        const std::lock_guard lock(m_mutex);
        if (m_queue.empty())
            return;
        m_inFlight = m_queue.front();
        m_queue.pop_front();
    }
    write(m_inFlight->command, m_inFlight->arguments);
}

void QmpMonitor::write(const QString &command, const QJsonObject &arguments)
{
    QJsonObject message{{QStringLiteral("execute"), command}, {QStringLiteral("id"), static_cast<qint64>(++m_lastId)}};
    if (!arguments.isEmpty())
        message.insert(QStringLiteral("arguments"), arguments);
    m_outgoing.append(QJsonDocument(message).toJson(QJsonDocument::Compact)).append('\n');
}

void QmpMonitor::failInFlight(const Error &error)
{
    if (!m_inFlight)
        return;
    const std::lock_guard lock(m_mutex);
    m_inFlight->answer = error;
    m_inFlight->done.raise();
    m_inFlight.reset();
}

void QmpMonitor::failAll(const Error &error)
{
    failInFlight(error);
    const std::lock_guard lock(m_mutex);
    m_isOver = true;
    for (const Ticket &ticket : m_queue) {
        ticket->answer = error;
        ticket->done.raise();
    }
    m_queue.clear();
}

/// Says each problem once, not at each attempt. Always false.
bool QmpMonitor::refuse(const QString &problem)
{
    if (problem != m_lastProblem && !m_process->hasEnded())
        m_listener.qmpProblem(problem);
    m_lastProblem = problem;
    return false;
}

/// False: the driver stops.
bool QmpMonitor::pause(milliseconds time)
{
    std::array<pollfd, 2> descriptors{{{m_stop.fd(), POLLIN, 0}, {m_process->endFd(), POLLIN, 0}}};
    ::poll(descriptors.data(), descriptors.size(), static_cast<int>(time.count()));
    return !descriptors[0].revents;
}

} // namespace ghost
