// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QDateTime>
#include <QtTest/QTest>

#include "CloudAgent.h"
#include "CoreProcess.h"
#include "TestCore.h"

using namespace ghost::e2e;
using ghost::cloud::CoreProcess;
using ghost::cloud::TestOperator;
namespace v1 = ghost::cloud::v1;

/// Three VMs, the agent goes in order, everything is gone, it comes back: the cloud knows that they survived.
class RestartFlowTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void survivesWithItsVmsAndItsIdentity();
};

void RestartFlowTest::survivesWithItsVmsAndItsIdentity()
{
    CoreProcess core;
    QVERIFY2(core.start({"--interval", "1"}), core.standardError().constData());
    TestOperator cloud(ghost::cloud::ownChannel(core.place()));
    AgentProcess agent(cloudConfig(core.place(), "home"));
    QVERIFY2(agent.start(), agent.standardError().constData());
    for (int number = 1; number <= 3; ++number)
        QCOMPARE(agent.ctl().run(QString("vm create --name vm-%1").arg(number)).exitCode, 0);
    const QStringList vms = pictureOf(agent);
    QCOMPARE(vms.filter(" running running").size(), 3);
    QVERIFY(waitUntil(seconds(20), [&] { return pictureOf(cloud, agentIdOf(cloud, "home")) == vms; }));
    const v1::Agent before = cloud.agent();
    QCOMPARE(before.state(), v1::AGENT_STATE_ONLINE);

    // It unregisters with its reason, and saves a last time.
    QCOMPARE(agent.terminate(), 0);
    QCOMPARE(cloud.agent().state(), v1::AGENT_STATE_LEFT);
    QCOMPARE(cloud.agent().left_because(), v1::UNREGISTER_REASON_AGENT_STOP);
    QFile saved(agent.path("data/vms.json"));
    QVERIFY(saved.open(QIODevice::ReadOnly));
    const QByteArray records = saved.readAll();
    for (int number = 1; number <= 3; ++number)
        QVERIFY(records.contains("vm-" + QByteArray::number(number)));
    // What the cloud has told it stays told.
    QCOMPARE(pictureOf(cloud, before.id()), vms);
    // Even the cloud goes and comes again.
    QCOMPARE(core.terminate(), 0);
    QVERIFY2(core.start({"--interval", "1"}), core.standardError().constData());
    QCOMPARE(cloud.agent().state(), v1::AGENT_STATE_LEFT);

    const qint64 startedAgainMs = QDateTime::currentMSecsSinceEpoch();
    QVERIFY2(agent.start(), agent.standardError().constData());
    QVERIFY(waitUntil(seconds(20), [&] { return cloud.agent().state() == v1::AGENT_STATE_ONLINE; }));
    const v1::Agent after = cloud.agent(); // there is one only
    QCOMPARE(after.id(), before.id());
    QCOMPARE(after.boot_id(), before.boot_id());
    QVERIFY(after.instance_id() != before.instance_id());
    QVERIFY(!after.duplicated());
    // A beat of the new run lists all three, and they are as they were.
    const auto isToldAgain = [&] {
        const auto known = cloud.vms();
        return known.size() == 3 && std::ranges::all_of(known, [&](const v1::KnownVM &vm) {
                   return vm.reported_at().seconds() * 1000 + vm.reported_at().nanos() / 1'000'000 >= startedAgainMs;
               });
    };
    QVERIFY(waitUntil(seconds(20), isToldAgain));
    QCOMPARE(pictureOf(cloud, after.id()), vms);
    QCOMPARE(pictureOf(agent), vms);

    const QStringList history = cloud.history();
    QCOMPARE(history.filter("agent.registered").size(), 2);
    QCOMPARE(history.filter("agent.left").size(), 1);
    QCOMPARE(history.filter("vm.created").size(), 3);
    QCOMPARE(history.filter("vm.deleted").size(), 0);
    QCOMPARE(history.filter("agent.gap").size(), 0);
}

QTEST_GUILESS_MAIN(RestartFlowTest)
#include "RestartFlowTest.moc"
