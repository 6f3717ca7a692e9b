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
    void whatLogindSaysIsAnEvent_data();
    void whatLogindSaysIsAnEvent();
};

void HostEventsTest::whatLogindSaysIsAnEvent_data()
{
    QTest::addColumn<QString>("signal");
    QTest::addColumn<bool>("begins");
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QByteArray>("logged");
    QTest::newRow("sleep") << "PrepareForSleep" << true << "host.sleeping" << QByteArray("about to sleep");
    QTest::newRow("awake") << "PrepareForSleep" << false << "host.awake" << QByteArray("awake");
    QTest::newRow("shutdown") << "PrepareForShutdown" << true << "host.shutting_down" << QByteArray("about to stop");
    QTest::newRow("cancelled") << "PrepareForShutdown" << false << "host.shutdown_cancelled"
                               << QByteArray("not going to stop");
}

void HostEventsTest::whatLogindSaysIsAnEvent()
{
    QFETCH(QString, signal);
    QFETCH(bool, begins);
    QFETCH(QString, kind);
    QFETCH(QByteArray, logged);
    ghost::MockLogind logind;
    if (!logind.missing().isEmpty())
        QSKIP(qPrintable(logind.missing()));
    AgentProcess agent("plugins: [hypervisor-fake, api-grpc, host-linux]\nreserve: {memory: 0, disk: 0}\n");
    QVERIFY2(agent.start(), agent.standardError().constData());
    QVERIFY(waitUntil(seconds(20), [&] { return agent.log().contains("listening to logind"); }));
    QVERIFY(logind.announce(signal, begins));
    QVERIFY2(waitUntil(seconds(20), [&] { return agent.log().contains(logged); }), agent.log().constData());

    // The start of the agent was an event, too, so this one is not the first.
    const Outcome followed = agent.ctl().run("events --since 1 --kind host. -o json --timeout 2s");
    QVERIFY2(followed.exitCode == 0, followed.text().constData());
    const QJsonObject event = QJsonDocument::fromJson(followed.out).object();
    QCOMPARE(event.value("kind").toString(), kind);
    QCOMPARE(event.value("subject").toString(),
             agent.ctl().run("status -o json").object().value("agent_id").toString());
}

QTEST_GUILESS_MAIN(HostEventsTest)
#include "HostEventsTest.moc"
