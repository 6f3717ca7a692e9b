// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QFile>
#include <QtTest/QTest>

#include "support/AgentProcess.h"

using namespace ghost::e2e;

namespace {

constexpr int hangMilliseconds = 5'000;
// Far from what is good (the bench tells that) and far from what hanging in a driver would cost: no machine is so busy.
constexpr double longestStallMilliseconds = 500;

/// Every call hangs, as in a stuck library.
QJsonObject everythingHangs()
{
    const QJsonObject hang{{"hang_ms", hangMilliseconds}, {"deaf", true}};
    return {{"create", hang}, {"powerOn", hang}, {"powerOff", hang},
            {"remove", hang}, {"inspect", hang}, {"list", hang}};
}

/// The loop probe's figure.
double stallMilliseconds(const QString &file)
{
    QFile stall(file);
    if (!stall.open(QIODevice::ReadOnly))
        return -1;
    const QByteArrayList words = stall.readLine().trimmed().split(' ');
    return words.value(0) == "loop_ms" ? words.value(1).toDouble() : -1;
}

} // namespace

/// The main loop never waits for a driver.
class LoopStallTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aDriverThatHangsInSeveralCallsDoesNotStopTheLoop();
};

void LoopStallTest::aDriverThatHangsInSeveralCallsDoesNotStopTheLoop()
{
    AgentProcess agent("plugins: [hypervisor-fake, api-grpc, frontend-loop-probe]\n"
                       "defaults: {cpus: 1, memory: 64MiB}\n"
                       "reserve: {memory: 0, disk: 0}\n");
    QVERIFY2(agent.start(), agent.standardError().constData());
    for (const char *name : {"one", "two", "three"}) {
        const Outcome created = agent.ctl().run(QStringLiteral("vm create --name %1").arg(QLatin1String(name)));
        QVERIFY2(created.exitCode == 0, created.text().constData());
    }

    agent.setFaults(everythingHangs());
    const auto stop = agent.ctl().start("vm stop one --force");
    const auto restart = agent.ctl().start("vm restart two --force");
    const auto remove = agent.ctl().start("vm delete three --force");
    const auto create = agent.ctl().start("vm create --name four");
    // The first answer comes when the hang is over.
    const Outcome stopped = stop->finish();
    QVERIFY2(stopped.exitCode == 0, stopped.text().constData());
    QVERIFY(stopped.elapsedMilliseconds >= hangMilliseconds);
    agent.setFaults({});
    for (auto *call : {restart.get(), remove.get(), create.get()}) {
        const Outcome ended = call->finish();
        QVERIFY2(ended.exitCode == 0, ended.text().constData());
    }

    QCOMPARE(agent.terminate(), 0);
    const double stall = stallMilliseconds(agent.path("data/plugins/frontend-loop-probe/stall"));
    QVERIFY2(stall > 0, "the probe has measured nothing");
    QVERIFY2(stall < longestStallMilliseconds, QByteArray::number(stall).constData());
}

QTEST_GUILESS_MAIN(LoopStallTest)
#include "LoopStallTest.moc"
