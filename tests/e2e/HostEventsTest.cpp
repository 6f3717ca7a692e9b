// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QJsonDocument>
#include <QtTest/QTest>

#include "MockLogind.h"
#include "support/AgentProcess.h"

using namespace ghost::e2e;

/// What logind announces reaches everyone who follows the agent's events.
class HostEventsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aSleepIsAnEvent();
};

void HostEventsTest::aSleepIsAnEvent()
{
    ghost::MockLogind logind;
    if (!logind.missing().isEmpty())
        QSKIP(qPrintable(logind.missing()));
    AgentProcess agent("plugins: [hypervisor-fake, api-grpc, host-linux]\nreserve: {memory: 0, disk: 0}\n");
    QVERIFY2(agent.start(), agent.standardError().constData());
    QVERIFY(waitUntil(seconds(20), [&] { return agent.log().contains("listening to logind"); }));
    QVERIFY(logind.announce(QStringLiteral("PrepareForSleep"), true));
    QVERIFY(waitUntil(seconds(20), [&] { return agent.log().contains("about to sleep"); }));

    // The start of the agent was an event, too, so this one is not the first.
    const Outcome followed = agent.ctl().run("events --since 1 --kind host. -o json --timeout 2s");
    QVERIFY2(followed.exitCode == 0, followed.text().constData());
    const QJsonObject event = QJsonDocument::fromJson(followed.out).object();
    QCOMPARE(event.value("kind").toString(), QString("host.sleeping"));
    QCOMPARE(event.value("subject").toString(),
             agent.ctl().run("status -o json").object().value("agent_id").toString());
}

QTEST_GUILESS_MAIN(HostEventsTest)
#include "HostEventsTest.moc"
