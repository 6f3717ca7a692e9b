// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "QmpMonitor.h"

#include <condition_variable>
#include <deque>

#include <poll.h>
#include <sys/socket.h>

#include <QtCore/QProcess>
#include <QtTest/QTest>

using namespace ghost;
using namespace std::chrono_literals;

namespace {

const VmId vm = VmId::fromString(u"11111111-2222-3333-4444-555555555555");
constexpr char greeting[] = "{\"QMP\": {\"version\": {}, \"capabilities\": [\"oob\"]}}\r\n";

struct Recorder : QmpListener
{
    void qmpEvent(const QString &name, const QJsonObject &) override { add(name); }
    void qmpConnected(const QString &runState) override { add(QStringLiteral("connected ") + runState); }
    void qmpProblem(const QString &problem) override { add(QStringLiteral("problem ") + problem); }
    void qmpHeardAgain() override { add(QStringLiteral("heard again")); }
    void processEnded() override { add(QStringLiteral("ended")); }

    void add(const QString &line)
    {
        {
            const std::lock_guard lock(m_mutex);
            m_lines.append(line);
        }
        m_news.notify_all();
    }
    bool waitFor(const QString &part)
    {
        std::unique_lock lock(m_mutex);
        return m_news.wait_for(lock, 10s, [&] { return m_lines.join(u'\n').contains(part); });
    }
    QString last()
    {
        const std::lock_guard lock(m_mutex);
        return m_lines.value(m_lines.size() - 1);
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_news;
    QStringList m_lines;
};

struct TimedCall : Call
{
    TimedCall()
        : Call(OperationId(), Clock::now() + 30s)
    {}
};

} // namespace

/// The monitor against a QEMU that the test plays.
class QmpMonitorTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();

    void asksForTheVmFirst();
    void handsOnEventsAndAnswers();
    void hasOneCommandInFlight();
    void passesOnARefusal();
    void takesNoOtherVm();
    void connectsAnewAfterGarbage();
    void connectsAnewAfterAnAnswerThatNobodyAskedFor();
    void connectsAnewAfterAClosedConnection();
    void boundsTheWaitForAPeerThatStalls();
    void isHeardAgainAfterALateAnswer();
    void obeysACancelledCall();
    void promisesNothingOfACommandThatQemuHas();
    void failsWhoWaitsWhenTheProcessEnds();
    void stopsWhileThePeerStalls();

private:
    std::unique_ptr<QmpMonitor> start();
    UniqueFd accept();
    UniqueFd acceptReady();
    static QByteArray readLine(int socket);
    static void say(int socket, const QByteArray &line);
    static void answer(int socket, const QByteArray &value);

    QProcess m_process;
    Recorder m_recorder;
    std::mutex m_mutex;
    std::condition_variable m_news;
    std::deque<UniqueFd> m_peers;
};

void QmpMonitorTest::init()
{
    m_process.start(QStringLiteral("sleep"), {QStringLiteral("100")});
    QVERIFY(m_process.waitForStarted());
}

void QmpMonitorTest::cleanup()
{
    m_process.kill();
    QVERIFY(m_process.waitForFinished());
    m_peers.clear();
}

std::unique_ptr<QmpMonitor> QmpMonitorTest::start()
{
    const auto mark = ProcessMark::of(static_cast<pid_t>(m_process.processId()));
    return std::make_unique<QmpMonitor>(
        GuestProcess::own(*mark), vm,
        [this]() -> Result<UniqueFd> {
            int ends[2];
            if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
                return Error(Code::Internal, QStringLiteral("socketpair"));
            const std::lock_guard lock(m_mutex);
            m_peers.emplace_back(ends[1]);
            m_news.notify_all();
            return UniqueFd(ends[0]);
        },
        m_recorder);
}

UniqueFd QmpMonitorTest::accept()
{
    std::unique_lock lock(m_mutex);
    if (!m_news.wait_for(lock, 10s, [this] { return !m_peers.empty(); }))
        return {};
    UniqueFd peer = std::move(m_peers.front());
    m_peers.pop_front();
    return peer;
}

UniqueFd QmpMonitorTest::acceptReady()
{
    UniqueFd peer = accept();
    say(peer.get(), greeting);
    answer(peer.get(), "{}");
    answer(peer.get(), "{\"UUID\": \"" + vm.toString().toLatin1() + "\"}");
    answer(peer.get(), "{\"status\": \"running\"}");
    return peer;
}

QByteArray QmpMonitorTest::readLine(int socket)
{
    QByteArray line;
    pollfd descriptor{socket, POLLIN, 0};
    while (!line.endsWith('\n') && ::poll(&descriptor, 1, 10000) > 0) {
        char byte = 0;
        if (::recv(socket, &byte, 1, 0) <= 0)
            return {};
        line.append(byte);
    }
    return line;
}

void QmpMonitorTest::say(int socket, const QByteArray &line)
{
    ::send(socket, line.constData(), static_cast<size_t>(line.size()), MSG_NOSIGNAL);
}

/// To the next command that comes.
void QmpMonitorTest::answer(int socket, const QByteArray &value)
{
    const QByteArray line = readLine(socket);
    const qsizetype at = line.indexOf("\"id\":") + 5;
    qsizetype end = at;
    while (end < line.size() && isdigit(line.at(end)))
        ++end;
    say(socket, "{\"return\": " + value + ", \"id\": " + line.mid(at, end - at) + "}\r\n");
}

void QmpMonitorTest::asksForTheVmFirst()
{
    const auto monitor = start();
    const auto ticket = monitor->send(QStringLiteral("query-status"));
    const UniqueFd peer = accept();
    say(peer.get(), greeting);
    QVERIFY(readLine(peer.get()).contains("qmp_capabilities"));
    say(peer.get(), "{\"return\": {}, \"id\": 1}\r\n");
    QVERIFY(readLine(peer.get()).contains("query-uuid"));
}

void QmpMonitorTest::handsOnEventsAndAnswers()
{
    TimedCall call;
    const auto monitor = start();
    const auto ticket = monitor->send(QStringLiteral("query-kvm"));
    const UniqueFd peer = acceptReady();
    say(peer.get(), "{\"event\": \"STOP\", \"timestamp\": {}}\r\n");
    answer(peer.get(), "{\"enabled\": true}");
    const auto result = monitor->finish(ticket, call, Call::Clock::now() + 5s);
    QVERIFY2(result, qPrintable(result ? QString() : result.error().text()));
    QVERIFY(result->toObject().value(QStringLiteral("enabled")).toBool());
    QVERIFY(m_recorder.waitFor(QStringLiteral("connected running\nSTOP")));
}

void QmpMonitorTest::hasOneCommandInFlight()
{
    TimedCall call;
    const auto monitor = start();
    const UniqueFd peer = acceptReady();
    const auto first = monitor->send(QStringLiteral("first"));
    const auto second = monitor->send(QStringLiteral("second"));
    QVERIFY(readLine(peer.get()).contains("first"));
    pollfd descriptor{peer.get(), POLLIN, 0};
    QCOMPARE(::poll(&descriptor, 1, 100), 0); // nothing before its answer
    say(peer.get(), "{\"return\": 1, \"id\": 4}\r\n");
    QVERIFY(readLine(peer.get()).contains("second"));
    say(peer.get(), "{\"return\": 2, \"id\": 5}\r\n");
    QCOMPARE(monitor->finish(second, call, Call::Clock::now() + 5s)->toInt(), 2);
    QCOMPARE(monitor->finish(first, call, Call::Clock::now() + 5s)->toInt(), 1);
}

void QmpMonitorTest::passesOnARefusal()
{
    TimedCall call;
    const auto monitor = start();
    const UniqueFd peer = acceptReady();
    const auto ticket = monitor->send(QStringLiteral("cont"));
    readLine(peer.get());
    say(peer.get(), "{\"error\": {\"class\": \"GenericError\", \"desc\": \"not now\"}, \"id\": 4}\r\n");
    const auto result = monitor->finish(ticket, call, Call::Clock::now() + 5s);
    QVERIFY(!result);
    QCOMPARE(result.error().code(), Code::FailedPrecondition);
    QVERIFY2(result.error().message().contains(QStringLiteral("not now")), qPrintable(result.error().message()));
}

void QmpMonitorTest::takesNoOtherVm()
{
    const auto monitor = start();
    {
        const UniqueFd peer = accept();
        say(peer.get(), greeting);
        answer(peer.get(), "{}");
        answer(peer.get(), "{\"UUID\": \"99999999-2222-3333-4444-555555555555\"}");
        QVERIFY(readLine(peer.get()).isEmpty()); // it hangs up
    }
    QVERIFY(m_recorder.waitFor(QStringLiteral("another VM")));
    QVERIFY(acceptReady());
    QVERIFY(m_recorder.waitFor(QStringLiteral("connected running")));
}

void QmpMonitorTest::connectsAnewAfterGarbage()
{
    TimedCall call;
    const auto monitor = start();
    {
        const UniqueFd peer = acceptReady();
        const auto lost = monitor->send(QStringLiteral("stop"));
        readLine(peer.get());
        say(peer.get(), "\x01\x02\x03garbage\n");
        const auto result = monitor->finish(lost, call, Call::Clock::now() + 5s);
        QVERIFY(!result);
        QCOMPARE(result.error().code(), Code::Unavailable);
    }
    QVERIFY(m_recorder.waitFor(QStringLiteral("is not QMP")));
    QVERIFY(acceptReady());
}

void QmpMonitorTest::connectsAnewAfterAnAnswerThatNobodyAskedFor()
{
    const auto monitor = start();
    {
        const UniqueFd peer = acceptReady();
        say(peer.get(), "{\"return\": {}, \"id\": 77}\r\n");
        QVERIFY(readLine(peer.get()).isEmpty());
    }
    QVERIFY(acceptReady());
}

void QmpMonitorTest::connectsAnewAfterAClosedConnection()
{
    TimedCall call;
    const auto monitor = start();
    acceptReady().reset();
    const auto ticket = monitor->send(QStringLiteral("query-status"));
    const UniqueFd peer = acceptReady();
    answer(peer.get(), "true");
    QVERIFY(monitor->finish(ticket, call, Call::Clock::now() + 5s));
}

void QmpMonitorTest::boundsTheWaitForAPeerThatStalls()
{
    TimedCall call;
    const auto monitor = start();
    const UniqueFd peer = accept(); // and not a word
    const auto ticket = monitor->send(QStringLiteral("query-status"));
    const auto result = monitor->finish(ticket, call, Call::Clock::now() + 200ms);
    QVERIFY(!result);
    QCOMPARE(result.error().code(), Code::Unavailable);
    const auto before = Call::Clock::now();
    QCOMPARE(monitor->execute(QStringLiteral("query-status"), {}, call).error().code(), Code::Unavailable);
    QVERIFY(Call::Clock::now() - before < 1s); // it is known to be silent
}

void QmpMonitorTest::isHeardAgainAfterALateAnswer()
{
    TimedCall call;
    const auto monitor = start();
    const UniqueFd peer = acceptReady();
    const auto late = monitor->send(QStringLiteral("first"));
    readLine(peer.get());
    QVERIFY(!monitor->finish(late, call, Call::Clock::now() + 100ms));
    say(peer.get(), "{\"return\": 1, \"id\": 4}\r\n{\"event\": \"RESUME\"}\r\n");
    QVERIFY(m_recorder.waitFor(QStringLiteral("RESUME\nheard again")));
    const auto next = monitor->send(QStringLiteral("second"));
    answer(peer.get(), "2");
    const auto result = monitor->finish(next, call, Call::Clock::now() + 5s);
    QVERIFY(result);
    QCOMPARE(result->toInt(), 2); // not the late one
}

void QmpMonitorTest::obeysACancelledCall()
{
    const auto monitor = start();
    const UniqueFd peer = acceptReady();
    const auto cancellation = std::make_shared<Cancellation>();
    cancellation->cancel();
    Call call(OperationId(), Call::Clock::now() + 10s, cancellation);
    QCOMPARE(monitor->execute(QStringLiteral("stop"), {}, call).error().code(), Code::Cancelled);
    Call late(OperationId(), Call::Clock::now());
    QCOMPARE(monitor->execute(QStringLiteral("stop"), {}, late).error().code(), Code::DeadlineExceeded);
}

/// Cancelled is a promise that nothing is left behind, and QEMU does what it has read.
void QmpMonitorTest::promisesNothingOfACommandThatQemuHas()
{
    const auto monitor = start();
    const UniqueFd peer = acceptReady();
    const auto cancellation = std::make_shared<Cancellation>();
    cancellation->cancel();
    Call call(OperationId(), Call::Clock::now() + 30s, cancellation);
    const auto command = monitor->send(QStringLiteral("stop"));
    QVERIFY(readLine(peer.get()).contains("stop"));
    QCOMPARE(monitor->finish(command, call, Call::Clock::now() + 300ms).error().code(), Code::Unavailable);
    say(peer.get(), "{\"return\": {}, \"id\": 4}\r\n");
    QVERIFY(m_recorder.waitFor(QStringLiteral("heard again")));

    const auto answered = monitor->send(QStringLiteral("cont"));
    answer(peer.get(), "7");
    const auto value = monitor->finish(answered, call, Call::Clock::now() + 10s);
    QVERIFY2(value, qPrintable(value ? QString() : value.error().text()));
    QCOMPARE(value->toInt(), 7);

    const auto question = monitor->send(QStringLiteral("query-status")); // of it nothing can be left
    QVERIFY(readLine(peer.get()).contains("query-status"));
    QCOMPARE(monitor->finish(question, call, Call::Clock::now() + 10s).error().code(), Code::Cancelled);
}

void QmpMonitorTest::failsWhoWaitsWhenTheProcessEnds()
{
    TimedCall call;
    const auto monitor = start();
    const UniqueFd peer = acceptReady();
    const auto waiting = monitor->send(QStringLiteral("stop"));
    say(peer.get(), "{\"event\": \"SHUTDOWN\", \"data\": {}}\r\n"); // its last words count
    m_process.kill();
    const auto result = monitor->finish(waiting, call, Call::Clock::now() + 10s);
    QVERIFY(!result);
    QCOMPARE(result.error().code(), Code::Unavailable);
    QVERIFY(m_recorder.waitFor(QStringLiteral("SHUTDOWN\nended")));
    QCOMPARE(monitor->execute(QStringLiteral("stop"), {}, call).error().code(), Code::Unavailable);
    QCOMPARE(m_recorder.last(), QStringLiteral("ended"));
}

void QmpMonitorTest::stopsWhileThePeerStalls()
{
    auto monitor = start();
    const UniqueFd peer = accept();
    const auto before = Call::Clock::now();
    monitor.reset();
    QVERIFY(Call::Clock::now() - before < 2s);
}

QTEST_GUILESS_MAIN(QmpMonitorTest)
#include "QmpMonitorTest.moc"
