// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <QtCore/QCoreApplication>
#include <QtCore/QDir>
#include <QtTest/QTest>

#include "support/RealHost.h"

using namespace ghost::e2e;

namespace {

/// What must be right in the first answer of a new agent.
QByteArray essence(const QJsonArray &vms)
{
    QByteArrayList lines;
    for (const QJsonValue &vm : vms) {
        QByteArrayList words;
        for (const char *field : {"name", "id", "state", "desired", "address", "started_at"})
            words.append(vm[QLatin1String(field)].toString().toUtf8());
        lines.append(words.join(' '));
    }
    std::sort(lines.begin(), lines.end());
    return lines.join('\n');
}

qint64 median(QList<qint64> values)
{
    std::sort(values.begin(), values.end());
    return values.at(values.size() / 2);
}

} // namespace

/// An agent that was killed, or moved: its VMs run on, and the next one knows them at once.
class RestartTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void knowsTwentyVmsAtOnceAfterAKill();
    void fourRealVmsRunOnThroughAKill();
    void startsEveryVmFromAMovedRoot();
};

void RestartTest::knowsTwentyVmsAtOnceAfterAKill()
{
    AgentProcess agent(fakeConfig());
    QVERIFY2(agent.start(), agent.standardError().constData());
    for (int number = 0; number < 20; ++number)
        QCOMPARE(agent.ctl().run(QString("vm create --name vm-%1").arg(number)).exitCode, 0);
    QCOMPARE(agent.ctl().run("vm stop vm-7").exitCode, 0);
    const QByteArray before = essence(agent.ctl().list("vm"));
    QList<qint64> times;
    for (int run = 0; run < 10; ++run) {
        agent.killHard();
        QElapsedTimer clock;
        clock.start();
        QVERIFY2(agent.start(), agent.standardError().constData());
        const QJsonArray first = agent.ctl().list("vm");
        times.append(clock.elapsed());
        QCOMPARE(essence(first), before);
    }
    qInfo("start of the agent to its first list of 20: median of 10 %lld ms (target 1000)", median(times));
    QVERIFY(median(times) < 5'000);
}

void RestartTest::fourRealVmsRunOnThroughAKill()
{
    RealHost host;
    GHOST_E2E_NEEDS(host);
    std::vector<std::unique_ptr<RunningGhostctl>> creating;
    for (int number = 1; number <= 4; ++number)
        creating.push_back(host.ctl().start(QString("vm create --name vm-%1").arg(number)));
    for (const auto &running : creating) {
        const Outcome created = running->finish(seconds(180));
        QVERIFY2(created.exitCode == 0, created.text().constData());
    }
    QList<qint64> pids;
    for (int number = 1; number <= 4; ++number)
        pids.append(qemuPid(host.domainOf(QString("vm-%1").arg(number))));
    QVERIFY(!pids.contains(0));
    const QByteArray before = essence(host.ctl().list("vm"));
    QVERIFY2(before.count("running") == 8, before.constData()); // state and desired
    QList<qint64> times;
    for (int run = 0; run < 10; ++run) {
        host.agent().killHard();
        QElapsedTimer clock;
        clock.start();
        QVERIFY2(host.agent().start(), host.agent().standardError().constData());
        const QJsonArray first = host.ctl().list("vm");
        times.append(clock.elapsed());
        QCOMPARE(essence(first), before);
    }
    qInfo("start of the agent to its first list of 4 real VMs: median of 10 %lld ms (target 1000)", median(times));
    QVERIFY(median(times) < 5'000);
    for (int number = 1; number <= 4; ++number)
        QCOMPARE(qemuPid(host.domainOf(QString("vm-%1").arg(number))), pids.at(number - 1));
    for (const QJsonValue &vm : host.ctl().list("vm"))
        QVERIFY2(!outputOf("ping -c 1 -W 2 " + vm["address"].toString()).isEmpty(), "it answers");
}

void RestartTest::startsEveryVmFromAMovedRoot()
{
    RealHost host;
    GHOST_E2E_NEEDS(host);
    QCOMPARE(host.ctl().run("vm create --name runs").exitCode, 0);
    QCOMPARE(host.ctl().run("vm create --name never-ran --stopped").exitCode, 0);
    const QString address = host.ctl().vm("runs")["address"].toString();
    QCOMPARE(host.ctl().run("vm stop runs").exitCode, 0);
    QCOMPARE(host.agent().terminate(), 0);
    QVERIFY(host.agent().moveRoot("moved"));
    QVERIFY2(host.agent().start(), host.agent().standardError().constData());
    for (const char *name : {"runs", "never-ran"}) {
        const Outcome started = host.ctl().run(QString("vm start -o json %1").arg(name));
        QVERIFY2(started.exitCode == 0, started.text().constData());
        QVERIFY(!started.object()["address"].toString().isEmpty());
    }
    QCOMPARE(host.ctl().vm("runs")["address"].toString(), address);
    QCOMPARE(host.ctl().run("vm delete --force runs").exitCode, 0);
    QCOMPARE(host.ctl().run("vm delete --force never-ran").exitCode, 0);
    QVERIFY(QDir(host.agent().path("disks")).isEmpty());
}

GHOST_E2E_MAIN(RestartTest)
#include "RestartTest.moc"
