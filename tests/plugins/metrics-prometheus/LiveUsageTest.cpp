// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#include <thread>

#include <QtCore/QCborArray>
#include <QtCore/QElapsedTimer>
#include <QtTest/QTest>

#include "LiveUsage.h"
#include "http/QuietAgent.h"

using namespace ghost;
using namespace ghost::metrics;
using namespace std::chrono_literals;

namespace {

const QString good = QStringLiteral("good");
const QString hung = QStringLiteral("hung");

QCborMap reply(qint64 cpuTime)
{
    const QCborMap usage{{QStringLiteral("vm"), VmId::create().toString()},
                         {QStringLiteral("cpu_time_nanoseconds"), cpuTime}};
    return {{QStringLiteral("usages"), QCborArray{usage}}};
}

} // namespace

class LiveUsageTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<QuietAgent> m_agent;
    std::unique_ptr<LiveUsage> m_usage;

    LiveUsage::Answer of(const QString &hypervisor) const { return m_usage->answers().at(hypervisor); }

private Q_SLOTS:
    void init()
    {
        m_agent = std::make_unique<QuietAgent>();
        m_usage = std::make_unique<LiveUsage>(*m_agent);
    }

    void keepsWhatItWasTold()
    {
        m_agent->answer(good, reply(7));
        m_usage->refresh({good}, 10s, {});
        QCOMPARE(of(good).usages.front().cpuTimeNanoseconds(), 7);
        QVERIFY(!of(good).isStale());
        QVERIFY(of(good).at);
    }

    void waitsForAHungOneOnlyOnce()
    {
        m_agent->answer(good, reply(7));
        QElapsedTimer clock;
        clock.start();
        m_usage->refresh({good, hung}, 200ms, {});
        QVERIFY(clock.elapsed() >= 200);
        QVERIFY(of(hung).isStale());
        QVERIFY(!of(hung).at);
        QVERIFY(!of(good).isStale());

        clock.start();
        m_usage->refresh({good, hung}, 10s, {});
        QVERIFY(clock.elapsed() < 5'000);
        QCOMPARE(m_agent->asked(hung), 1);
        QCOMPARE(m_agent->asked(good), 2);
    }

    void takesALateAnswer()
    {
        m_usage->refresh({hung}, 1ms, {});
        m_agent->answer(hung, reply(9));
        QVERIFY(!of(hung).isStale());
        QCOMPARE(of(hung).usages.front().cpuTimeNanoseconds(), 9);
    }

    void keepsTheLastGoodAnswerWhenItFails()
    {
        m_agent->answer(good, reply(7));
        m_usage->refresh({good}, 10s, {});
        m_agent->answer(good, Error(Code::Unavailable, QStringLiteral("no libvirtd")));
        m_usage->refresh({good}, 10s, {});
        QVERIFY(of(good).isStale());
        QCOMPARE(of(good).usages.size(), 1);
        m_agent->answer(good, reply(8));
        m_usage->refresh({good}, 10s, {});
        QVERIFY(!of(good).isStale());
    }

    void knowsThatSomeHaveNoCounters()
    {
        m_agent->answer(good, Error(Code::Unsupported, QStringLiteral("none")));
        m_usage->refresh({good}, 10s, {});
        QVERIFY(!of(good).isSupported());
    }

    void forgetsAHypervisorThatIsGone()
    {
        m_agent->answer(good, reply(7));
        m_usage->refresh({good}, 10s, {});
        m_usage->refresh({}, 10s, {});
        QVERIFY(m_usage->answers().empty());
    }

    void stopsWaitingWhenTold()
    {
        QElapsedTimer clock;
        clock.start();
        std::jthread waiting([&](const std::stop_token &stop) { m_usage->refresh({hung}, 30s, stop); });
        QTRY_COMPARE(m_agent->asked(hung), 1);
        waiting.request_stop();
        waiting.join();
        QVERIFY(clock.elapsed() < 10'000);
    }

    void bearsAnAnswerAfterItsEnd()
    {
        m_usage->refresh({hung}, 1ms, {});
        m_usage.reset();
        m_agent->answer(hung, reply(9));
    }
};

QTEST_GUILESS_MAIN(LiveUsageTest)
#include "LiveUsageTest.moc"
