// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QTest>

#include "HostFixture.h"
#include "NotifySocket.h"

using namespace ghost;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds settlingTime{250}; // for many changes at once

void addVm(FakeAgent &agent)
{
    Vm vm;
    vm.setId(VmId::create());
    vm.setState(VmState::Running);
    agent.putVm(vm);
    agent.publish(QStringLiteral("vm.created"), vm.id().toString(), {});
}

} // namespace

class ServiceReportTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void isReadyInTheTurnAfterAllFrontendsAreOpen();
    void tellsWhatChanges();
    void tellsManyChangesOnce();
    void givesSignsOfLifeOnlyWhileTheLoopTurns();
    void givesNoneWhileNoEventsAreDelivered();
    void givesNoneThatNobodyWants();
    void saysThatItStopsAndNothingAfterwards();
    void doesNothingWithoutAServiceManager();
    void complainsOnceAboutOneThatIsGone();
};

void ServiceReportTest::isReadyInTheTurnAfterAllFrontendsAreOpen()
{
    NotifySocket systemd;
    HostFixture host;
    host.open();
    QCOMPARE(systemd.take(), std::nullopt);
    QCOMPARE(systemd.await("READY=1").value_or("nothing"), QByteArray("READY=1\nSTATUS=no VMs"));
}

void ServiceReportTest::tellsWhatChanges()
{
    NotifySocket systemd;
    HostFixture host;
    host.open();
    QVERIFY(systemd.await("READY=1"));
    addVm(host.agent());
    QCOMPARE(systemd.await("STATUS=").value_or("nothing"), QByteArray("STATUS=1 VM, 1 running"));
}

void ServiceReportTest::tellsManyChangesOnce()
{
    NotifySocket systemd(settlingTime * 4); // three signs of life in that time
    HostFixture host;
    host.open();
    QVERIFY(systemd.await("READY=1"));
    for (int i = 0; i < 50; ++i)
        addVm(host.agent());
    QCOMPARE(systemd.await("STATUS=").value_or("nothing"), QByteArray("STATUS=50 VMs, 50 running"));
    // The same words are not said twice. Between two signs of life the time for settling is over.
    while (systemd.take())
        ;
    host.agent().publish(QStringLiteral("vm.changed"), QString(), {});
    for (int i = 0; i < 2; ++i)
        QCOMPARE(systemd.await("").value_or("nothing"), QByteArray("WATCHDOG=1"));
    host.close();
    QCOMPARE(systemd.take().value_or("nothing").left(8), QByteArray("STOPPING"));
}

void ServiceReportTest::givesSignsOfLifeOnlyWhileTheLoopTurns()
{
    constexpr milliseconds limit{150};
    NotifySocket systemd(limit);
    HostFixture host;
    host.open();
    QVERIFY(systemd.await("READY=1"));
    for (int i = 0; i < 3; ++i)
        QCOMPARE(systemd.await("WATCHDOG=1").value_or("nothing"), QByteArray("WATCHDOG=1"));
    while (systemd.take())
        ;
    QTest::qSleep(int(limit.count()) * 2); // the stall itself: a loop that does not turn
    QCOMPARE(systemd.take(), std::nullopt);
    QVERIFY(systemd.await("WATCHDOG=1"));
}

void ServiceReportTest::givesNoneWhileNoEventsAreDelivered()
{
    constexpr milliseconds limit{150};
    NotifySocket systemd(limit);
    HostFixture host;
    host.open();
    QVERIFY(systemd.await("READY=1"));
    QVERIFY(systemd.await("WATCHDOG=1"));
    host.agent().holdEvents(true);
    QTest::qWait(int(limit.count())); // what came before that is still told, once
    while (systemd.take())
        ;
    QTest::qWait(int(limit.count()) * 2); // the silence itself: the loop turns
    QCOMPARE(systemd.take(), std::nullopt);
    host.close();
    QCOMPARE(host.agent().subscriptions(), size_t(0));
}

void ServiceReportTest::givesNoneThatNobodyWants()
{
    NotifySocket systemd;
    HostFixture host;
    host.open();
    QVERIFY(systemd.await("READY=1"));
    addVm(host.agent());
    QCOMPARE(systemd.await("").value_or("nothing"), QByteArray("STATUS=1 VM, 1 running"));
}

void ServiceReportTest::saysThatItStopsAndNothingAfterwards()
{
    NotifySocket systemd;
    HostFixture host;
    host.open();
    QVERIFY(systemd.await("READY=1"));
    QCOMPARE(host.agent().subscriptions(), size_t(1));
    host.close();
    QCOMPARE(systemd.take().value_or("nothing"), QByteArray("STOPPING=1\nSTATUS=stopping; the VMs run on"));
    QCOMPARE(host.agent().subscriptions(), size_t(0));
    addVm(host.agent());
    QCoreApplication::processEvents();
    QCOMPARE(systemd.take(), std::nullopt);
}

void ServiceReportTest::doesNothingWithoutAServiceManager()
{
    qunsetenv("NOTIFY_SOCKET");
    HostFixture host;
    host.open();
    QCOMPARE(host.agent().subscriptions(), size_t(0));
    QCOMPARE(host.context().health().status(), Health::Status::Ready);
    QVERIFY2(host.context().logText().contains("no service manager"), qPrintable(host.context().logText()));
}

void ServiceReportTest::complainsOnceAboutOneThatIsGone()
{
    NotifySocket systemd;
    systemd.vanish();
    HostFixture host;
    host.open();
    QVERIFY(QTest::qWaitFor([&] { return host.context().logText().contains("cannot be told"); }, 10'000));
    host.close();
    QCOMPARE(host.context().logText().count("cannot be told"), 1);
    QCOMPARE(host.context().health().status(), Health::Status::Ready);
}

QTEST_GUILESS_MAIN(ServiceReportTest)
#include "ServiceReportTest.moc"
