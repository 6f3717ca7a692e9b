// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QElapsedTimer>
#include <arpa/inet.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "CloudClient.h"
#include "UplinkFixture.h"
#include "ghost/cloud/v1/cloud.pb.h"

using namespace ghost;
using namespace std::chrono_literals;
using Rpc = FakeCore::Rpc;

namespace {

/// Somebody else on the cloud's port: takes connections, says the same to each, and closes or keeps them.
class Stranger
{
public:
    /// On a port of its own unless it is told one that is free.
    explicit Stranger(QByteArray words, quint16 port = 0)
        : m_words(std::move(words))
        , m_listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_in any = {};
        any.sin_family = AF_INET;
        any.sin_port = htons(port);
        const int yes = 1; // who was there before has left connections behind
        static_cast<void>(::setsockopt(m_listener.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes));
        any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(any);
        auto *address = reinterpret_cast<sockaddr *>(&any);
        if (::bind(m_listener.get(), address, size) != 0 || ::listen(m_listener.get(), 8) != 0 ||
            ::getsockname(m_listener.get(), address, &size) != 0)
            qFatal("cannot listen");
        endpoint = {QStringLiteral("127.0.0.1"), ntohs(any.sin_port)};
        m_thread = std::thread([this] { serve(); });
    }
    ~Stranger()
    {
        ::shutdown(m_listener.get(), SHUT_RDWR);
        m_thread.join();
    }

    uplink::Endpoint endpoint;
    std::atomic<int> callers = 0;

private:
    void serve()
    {
        std::vector<UniqueFd> kept;
        while (true) {
            UniqueFd caller(::accept4(m_listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
            if (!caller)
                return;
            ++callers;
            if (m_words.isEmpty()) {
                kept.push_back(std::move(caller));
                continue;
            }
            static_cast<void>(::send(caller.get(), m_words.constData(), std::size_t(m_words.size()), MSG_NOSIGNAL));
        }
    }

    const QByteArray m_words;
    UniqueFd m_listener;
    std::thread m_thread;
};

FakeCore::Fault answering(grpc::StatusCode code)
{
    return [code] { return grpc::Status(code, "as the test wants it"); };
}

} // namespace

class UplinkOutageTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<UplinkFixture> m_link;

private Q_SLOTS:
    void init() { m_link = std::make_unique<UplinkFixture>(); }
    void cleanup() { m_link.reset(); }

    void comesBackAfterAnOutage()
    {
        m_link->start();
        EVENTUALLY(m_link->isConnected());
        m_link->core.stop();
        EVENTUALLY(m_link->state() == "unreachable");
        QVERIFY(!m_link->status("problem").toString().isEmpty());
        EVENTUALLY(m_link->status("heartbeats_failed_total").toInteger() > 1);
        const int lines = int(m_link->context.logText().count("127.0.0.1"));
        EVENTUALLY(m_link->status("heartbeats_failed_total").toInteger() > 3);
        QCOMPARE(int(m_link->context.logText().count("127.0.0.1")), lines); // said once
        m_link->core.start();
        EVENTUALLY(m_link->isConnected());
        EVENTUALLY(m_link->status("stream_open").toBool());
    }

    void goesOnBeatingWhenTheCloudCancels()
    {
        m_link->core.fail(Rpc::Heartbeat, answering(grpc::StatusCode::CANCELLED));
        m_link->start();
        EVENTUALLY(m_link->state() == "unreachable");
        QVERIFY(!m_link->status("problem").toString().isEmpty());
        m_link->core.fail(Rpc::Heartbeat, {});
        EVENTUALLY(m_link->isConnected());
    }

    void goesOnRegisteringWhenTheCloudCancels()
    {
        m_link->core.fail(Rpc::Register, answering(grpc::StatusCode::CANCELLED));
        m_link->start();
        EVENTUALLY(!m_link->status("problem").toString().isEmpty());
        m_link->core.fail(Rpc::Register, {});
        EVENTUALLY(m_link->isConnected());
    }

    void comesBackAfterABeatThatHung()
    {
        m_link->options.patience.call = 300ms;
        m_link->start();
        EVENTUALLY(m_link->isConnected());
        m_link->core.hang(Rpc::Heartbeat);
        EVENTUALLY(m_link->state() == "unreachable");
        m_link->core.release();
        EVENTUALLY(m_link->isConnected());
    }

    void waitsWhereOnlyReportsAreUnknown()
    {
        m_link->options.patience.firstRetry = 1h;
        m_link->options.patience.longestRetry = 1h;
        m_link->core.fail(Rpc::Report, answering(grpc::StatusCode::NOT_FOUND));
        m_link->agent.makeVm("web");
        m_link->start();
        EVENTUALLY(m_link->core.registrations().size() == 2);
        const auto beats = m_link->core.beats().size();
        EVENTUALLY(m_link->core.beats().size() >= beats + 2);
        QCOMPARE(m_link->core.registrations().size(), std::size_t(2));
    }

    void goesThroughNoProxyForTheWeb()
    {
        m_link.reset(); // its threads read the environment
        qputenv("grpc_proxy", "http://127.0.0.1:1");
        m_link = std::make_unique<UplinkFixture>();
        m_link->start();
        EVENTUALLY(m_link->isConnected());
        m_link.reset();
        qunsetenv("grpc_proxy");
    }

    void triesThreeTimesAndThenWaitsForTheNextBeat()
    {
        std::atomic<int> calls = 0;
        m_link->core.setNextSeconds(3600);
        m_link->core.fail(Rpc::Heartbeat, [&calls] {
            ++calls;
            return grpc::Status(grpc::StatusCode::UNAVAILABLE, "later");
        });
        m_link->start();
        EVENTUALLY(m_link->core.registrations().size() == 1);
        QVERIFY(m_link->uplink().setPaused(true)); // a beat now
        EVENTUALLY(m_link->state() == "unreachable");
        EVENTUALLY(calls == 3 * m_link->status("heartbeats_failed_total").toInteger());
        m_link->kill();
        m_link->core.fail(Rpc::Heartbeat, {});
    }

    void closesAtOnceWithACloudThatHangs_data()
    {
        QTest::addColumn<int>("call");
        QTest::newRow("in RegisterAgent") << int(Rpc::Register);
        QTest::newRow("in Heartbeat") << int(Rpc::Heartbeat);
        QTest::newRow("in a report") << int(Rpc::Report);
        QTest::newRow("in the stream") << int(Rpc::Watch);
        QTest::newRow("in the goodbye") << int(Rpc::Unregister);
    }
    void closesAtOnceWithACloudThatHangs()
    {
        QFETCH(int, call);
        m_link->options.patience.call = 60s;
        m_link->options.patience.goodbye = 500ms;
        m_link->core.hang(Rpc(call));
        m_link->agent.makeVm("web");
        m_link->start();
        if (Rpc(call) != Rpc::Register)
            EVENTUALLY(m_link->isConnected());
        if (Rpc(call) == Rpc::Heartbeat)
            QVERIFY(m_link->uplink().setPaused(true));
        if (Rpc(call) != Rpc::Unregister)
            EVENTUALLY(m_link->core.holds(Rpc(call)));
        QElapsedTimer clock;
        clock.start();
        const qint64 took = m_link->stop(3s);
        QVERIFY2(took <= 100, qPrintable(QString::number(took)));
        QVERIFY2(clock.elapsed() < 3'000, qPrintable(QString::number(clock.elapsed())));
    }

    void aCreateWaitsForNobody()
    {
        m_link->core.hang(Rpc::Report);
        m_link->start();
        EVENTUALLY(m_link->isConnected());
        QElapsedTimer clock;
        clock.start();
        for (int i = 0; i < 20; ++i) // the event is delivered on this thread
            m_link->agent.makeVm(QString::number(i));
        QVERIFY2(clock.elapsed() < 1'000, qPrintable(QString::number(clock.elapsed())));
    }

    void bearsWhoeverAnswersThere_data()
    {
        QTest::addColumn<QByteArray>("words");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("HTTP/1") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
        QTest::newRow("garbage") << QByteArray(100'000, '\xff');
    }
    void bearsWhoeverAnswersThere()
    {
        QFETCH(QByteArray, words);
        Stranger stranger(words);
        m_link->options.endpoint = stranger.endpoint;
        m_link->options.patience.call = 300ms;
        m_link->start();
        EVENTUALLY(stranger.callers > 0 && m_link->status("last_attempt").toInteger() > 0);
        QCOMPARE(m_link->state(), "registering");
        QVERIFY(m_link->stop() <= 100);
    }

    void bearsWhoeverTakesTheCloudsPlace()
    {
        m_link->start();
        EVENTUALLY(m_link->isConnected());
        m_link->core.stop();
        {
            Stranger stranger(QByteArray(100'000, '\xff'), m_link->options.endpoint.port);
            EVENTUALLY(stranger.callers > 0 && m_link->state() == "unreachable");
        }
        m_link->core.start();
        EVENTUALLY(m_link->isConnected());
    }

    void bearsAHugeAnswerToABeat()
    {
        m_link->start();
        EVENTUALLY(m_link->isConnected() && !m_link->core.beats().empty());
        m_link->core.setNotice(std::string(2 << 20, 'x'));
        EVENTUALLY(m_link->state() == "unreachable");
        QVERIFY(!m_link->status("problem").toString().isEmpty());
        m_link->core.setNotice({});
        EVENTUALLY(m_link->isConnected());
    }

    void bearsAHugeAnswer()
    {
        m_link->core.setNotice(std::string(2 << 20, 'x'));
        m_link->start();
        EVENTUALLY(m_link->status("last_attempt").toInteger() > 0);
        QCOMPARE(m_link->state(), "registering");
        QVERIFY(!m_link->status("problem").toString().isEmpty());
        m_link->core.setNotice({});
        EVENTUALLY(m_link->isConnected());
    }

    void livesWithoutTheStream()
    {
        std::atomic<int> calls = 0;
        m_link->core.fail(Rpc::Watch, [&calls] {
            ++calls;
            return grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "no such call");
        });
        const Vm vm = m_link->agent.makeVm("web");
        m_link->start();
        m_link->core.commandByBeat(m_link->command("c1", "start", vm.id()));
        EVENTUALLY(m_link->agent.submitted().size() == 1);
        EVENTUALLY(calls >= 3); // it goes on trying
        QVERIFY(!m_link->status("stream_open").toBool());
        QVERIFY(m_link->isConnected());
        m_link->kill();
        m_link->core.fail(Rpc::Watch, {});
    }

    void callsNoStreamOpenThatTheCloudDidNotOpen()
    {
        m_link->core.fail(Rpc::Watch, answering(grpc::StatusCode::UNIMPLEMENTED));
        uplink::CloudClient client(m_link->options.endpoint, nullptr, m_link->options.patience);
        bool isOpened = false;
        const auto ended = client.watchCommands(
            {}, [&] { isOpened = true; }, [](const v1::Command &) {});
        QCOMPARE(ended.error().code(), Code::Unsupported);
        QVERIFY(!isOpened);
    }

    void saysGoodbyeUntilItIsHeard()
    {
        m_link->start();
        EVENTUALLY(m_link->isConnected());
        m_link->core.loseAnswers(Rpc::Unregister, 2);
        m_link->stop(3s);
        QCOMPARE(m_link->core.goodbyes().size(), std::size_t(3));
        QVERIFY(!m_link->context.logText().contains("does not know that the agent stops"));
    }

    void saysGoodbyeInTheTimeThatItHas()
    {
        m_link->start();
        EVENTUALLY(m_link->isConnected());
        m_link->core.hang(Rpc::Unregister);
        QElapsedTimer clock;
        clock.start();
        m_link->stop(200ms);
        QVERIFY(clock.elapsed() < 1'500);
        QVERIFY(m_link->context.logText().contains("does not know that the agent stops"));
    }
};

QTEST_GUILESS_MAIN(UplinkOutageTest)
#include "UplinkOutageTest.moc"
