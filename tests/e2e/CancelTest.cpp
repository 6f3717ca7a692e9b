// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <csignal>

#include <QtCore/QCoreApplication>
#include <QtTest/QTest>

#include "support/RealHost.h"

using namespace ghost::e2e;

/// Ctrl-C at every step that an operation reports: cancelled, and nothing is left.
class CancelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { GHOST_E2E_NEEDS(m_host); }
    void leavesNothingOfARealCreate_data();
    void leavesNothingOfARealCreate();
    void leavesNothingWhileADriverHangs_data();
    void leavesNothingWhileADriverHangs();
    void aSecondTimeLeavesAtOnceAndTheAgentStillCancels();

private:
    RealHost m_host;
};

void CancelTest::leavesNothingOfARealCreate_data()
{
    QTest::addColumn<QByteArray>("step");
    // Each comes before, or is, the wait for the guest's address, which takes seconds. `reserve resources` is over
    // before ghostctl can tell of it.
    for (const char *step :
         {"create disk", "build the seed", "plug the network", "create the VM", "power on", "wait for the address"})
        QTest::newRow(step) << QByteArray(step);
}

void CancelTest::leavesNothingOfARealCreate()
{
    QFETCH(const QByteArray, step);
    const Ghostctl ctl = m_host.ctl();
    const QByteArray before = m_host.everythingThere();
    const auto creating = ctl.start("vm create --name my-vm");
    QVERIFY(creating->waitForStep(step));
    creating->send(SIGINT);
    const Outcome cancelled = creating->finish();
    QVERIFY2(cancelled.exitCode == 130, cancelled.text().constData());
    QCOMPARE(cancelled.out, QByteArray());
    qInfo("taken back %lld ms after the start", cancelled.elapsedMilliseconds);
    QCOMPARE(difference(before, m_host.everythingThere()), QByteArray());
    QVERIFY(ctl.list("vm").isEmpty());
    const QJsonObject operation = ctl.run("operation list --all --limit 1 -o json").array().first().toObject();
    QCOMPARE(operation["status"].toString(), "cancelled");
}

void CancelTest::leavesNothingWhileADriverHangs_data()
{
    QTest::addColumn<QString>("function");
    QTest::addColumn<QByteArray>("step");
    QTest::newRow("create") << "create" << QByteArray("create the VM");
    QTest::newRow("powerOn") << "powerOn" << QByteArray("power on");
}

void CancelTest::leavesNothingWhileADriverHangs()
{
    QFETCH(const QString, function);
    QFETCH(const QByteArray, step);
    AgentProcess agent(fakeConfig());
    QVERIFY2(agent.start(), agent.standardError().constData());
    QCOMPARE(agent.ctl().run("vm create --name other").exitCode, 0);
    const QByteArray before = everythingThere(agent.root());
    agent.setFaults({{function, QJsonObject{{"hang_ms", 60'000}}}});
    const auto creating = agent.ctl().start("vm create --name my-vm");
    QVERIFY(creating->waitForStep(step));
    creating->send(SIGINT);
    const Outcome cancelled = creating->finish(seconds(10));
    QVERIFY2(cancelled.exitCode == 130, cancelled.text().constData());
    QVERIFY2(cancelled.elapsedMilliseconds < 5'000, cancelled.text().constData());
    QFile::remove(agent.path("data/plugins/hypervisor-fake/faults.json"));
    QCOMPARE(difference(before, everythingThere(agent.root())), QByteArray());
    QCOMPARE(agent.ctl().list("vm").size(), 1);
}

void CancelTest::aSecondTimeLeavesAtOnceAndTheAgentStillCancels()
{
    AgentProcess agent(fakeConfig());
    QVERIFY2(agent.start(), agent.standardError().constData());
    // Deaf: only when it comes back can the operation be cancelled.
    agent.setFaults({{"create", QJsonObject{{"hang_ms", 2'000}, {"deaf", true}}}});
    const auto creating = agent.ctl().start("vm create --name my-vm");
    QVERIFY(creating->waitForStep("create the VM"));
    creating->send(SIGINT);
    QVERIFY(creating->waitForStep("cancelling … (Ctrl-C again: leave at once)"));
    creating->send(SIGINT);
    QCOMPARE(creating->finish(seconds(1)).exitCode, 130);
    QVERIFY(waitUntil(seconds(10), [&] { return agent.ctl().list("operation").isEmpty(); }));
    QVERIFY(agent.ctl().list("vm").isEmpty());
}

GHOST_E2E_MAIN(CancelTest)
#include "CancelTest.moc"
