// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QTest>

#include "support/AgentProcess.h"

using namespace ghost::e2e;

/// SIGTERM: the agent ends in order and in time, and its VMs run on.
class SigtermTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void endsAtOnceAndLeavesVmsRunning();
    void endsInTimeAlthoughADriverIsDeaf();
    void takesBackACreateThatRuns();
};

void SigtermTest::endsAtOnceAndLeavesVmsRunning()
{
    AgentProcess agent(fakeConfig());
    QVERIFY2(agent.start(), agent.standardError().constData());
    for (int number = 1; number <= 3; ++number)
        QCOMPARE(agent.ctl().run(QString("vm create --name vm-%1").arg(number)).exitCode, 0);
    const QJsonArray before = agent.ctl().list("vm");
    QElapsedTimer clock;
    clock.start();
    QCOMPARE(agent.terminate(), 0);
    qInfo("ended after %lld ms", clock.elapsed());
    QVERIFY(clock.elapsed() < 5'000);
    QVERIFY(agent.log().contains("\"stopped\""));
    QVERIFY2(agent.start(), agent.standardError().constData());
    QCOMPARE(agent.ctl().list("vm"), before);
}

void SigtermTest::endsInTimeAlthoughADriverIsDeaf()
{
    AgentProcess agent(fakeConfig());
    QVERIFY2(agent.start(), agent.standardError().constData());
    QCOMPARE(agent.ctl().run("vm create --name kept").exitCode, 0);
    agent.setFaults({{"powerOff", QJsonObject{{"hang_ms", 60'000}, {"deaf", true}}}});
    const auto stopping = agent.ctl().start("vm stop kept");
    QVERIFY(stopping->waitForStep("power off"));
    QElapsedTimer clock;
    clock.start();
    QCOMPARE(agent.terminate(), 0);
    qInfo("ended after %lld ms", clock.elapsed());
    QVERIFY(clock.elapsed() < 12'000);
    QVERIFY(stopping->finish(seconds(10)).exitCode > 0);
    agent.setFaults({});
    QVERIFY2(agent.start(), agent.standardError().constData());
    // A stop is finished after the restart.
    QVERIFY(waitUntil(seconds(10), [&] { return agent.ctl().vm("kept")["state"] == "stopped"; }));
}

void SigtermTest::takesBackACreateThatRuns()
{
    AgentProcess agent(fakeConfig());
    QVERIFY2(agent.start(), agent.standardError().constData());
    agent.setFaults({{"powerOn", QJsonObject{{"hang_ms", 60'000}}}});
    const auto creating = agent.ctl().start("vm create --name half");
    QVERIFY(creating->waitForStep("power on"));
    QCOMPARE(agent.terminate(), 0);
    QVERIFY(creating->finish(seconds(10)).exitCode > 0);
    agent.setFaults({});
    QVERIFY2(agent.start(), agent.standardError().constData());
    QVERIFY(agent.ctl().list("vm").isEmpty());
    QCOMPARE(agent.ctl().run("status -o json").object()["resources"].toObject()["promised_memory_bytes"].toDouble(),
             0.0);
    QFile records(agent.path("data/plugins/hypervisor-fake/fake-vms.json"));
    QVERIFY(records.open(QIODevice::ReadOnly));
    QVERIFY(!records.readAll().contains("half"));
}

QTEST_GUILESS_MAIN(SigtermTest)
#include "SigtermTest.moc"
