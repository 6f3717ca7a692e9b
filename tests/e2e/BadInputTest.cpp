// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <csignal>

#include <QtCore/QUuid>
#include <QtTest/QTest>

#include "support/AgentProcess.h"

using namespace ghost::e2e;

namespace {

const QByteArray roomForThree = "plugins: [hypervisor-fake, api-grpc]\n"
                                "defaults: {cpus: 1, memory: 64MiB, disk: 64MiB, accelerator: tcg}\n"
                                "reserve: {disk: 0, memory: ";

/// Memory of this machine.
qint64 totalMemoryBytes()
{
    QFile file("/proc/meminfo");
    return file.open(QIODevice::ReadOnly) ? file.readLine().simplified().split(' ').at(1).toLongLong() * 1024 : 0;
}

} // namespace

/// What a person or a program may ask for by mistake: a clear answer with the right exit code, and nothing left over.
class BadInputTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void refusesWithAClearAnswer_data();
    void refusesWithAClearAnswer();
    void refusesAnEmptyName();
    void nobodyKnowsAnUnknownVm_data();
    void nobodyKnowsAnUnknownVm();
    void oneOfTwoCreatesOfOneNameWins();
    void threeOfTenCreatesGetWhatThereIs();
    void aVmThatStartsIsDeletedOnlyByForce();
    void anOperationOutlivesItsClient();

private:
    qint64 promisedMemoryBytes() const;

    std::unique_ptr<AgentProcess> m_agent;
};

void BadInputTest::init()
{
    m_agent = std::make_unique<AgentProcess>(fakeConfig());
    QVERIFY2(m_agent->start(), m_agent->standardError().constData());
}

qint64 BadInputTest::promisedMemoryBytes() const
{
    const QJsonObject status = m_agent->ctl().run("status -o json").object();
    return status["resources"].toObject()["promised_memory_bytes"].toInteger();
}

void BadInputTest::refusesWithAClearAnswer_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QByteArray>("told");
    const auto row = [](const char *name, const char *line, int exitCode, const char *told) {
        QTest::newRow(name) << QString(line) << exitCode << QByteArray(told);
    };
    row("63 characters", "vm create --name 123456789012345678901234567890123456789012345678901234567890123 --cpus 0",
        10, "at least 1");
    row("64 characters", "vm create --name 1234567890123456789012345678901234567890123456789012345678901234", 10,
        "1 to 63");
    row("path as name", "vm create --name ../x", 10, "no name for a VM");
    row("name with spaces", "vm create --name \"my vm\"", 10, "no name for a VM");
    row("upper-case name", "vm create --name My-Vm", 10, "no name for a VM");
    row("taken name", "vm create --name taken", 12, "taken");
    row("no CPU", "vm create --name x --cpus 0", 10, "at least 1");
    row("fewer than no CPUs", "vm create --name x --cpus -1", 10, "at least 1");
    row("a thousand CPUs", "vm create --name x --cpus 1000", 14, "1000");
    row("half a CPU", "vm create --name x --cpus 1.5", 2, "not a whole number");
    row("no memory", "vm create --name x --memory 0", 2, "it is zero");
    row("negative memory", "vm create --name x --memory -1GiB", 2, "it is negative");
    row("memory without end", "vm create --name x --memory 999999TiB", 14, "memory");
    row("memory that no number holds", "vm create --name x --memory 99999999999TiB", 2, "too big");
    row("memory without a unit that is known", "vm create --name x --memory 4gb", 2, "did you mean");
    row("no disk", "vm create --name x --disk 0", 2, "it is zero");
    row("negative disk", "vm create --name x --disk -1GB", 2, "it is negative");
    row("unknown hypervisor", "vm create --name x --hypervisor hypervisor-xen", 11, "hypervisor-xen");
    row("unknown option", "vm create --name x -O color=red", 10, "did you mean 'colour'");
    row("wrong value of an option", "vm create --name x -O colour=blue", 10, "red");
    row("option without value", "vm create --name x -O colour", 2, "KEY=VALUE");
    row("start of a running VM", "vm start taken", 13, "is running");
    row("stop of a stopped VM", "vm stop off", 13, "is stopped");
    row("restart of a stopped VM", "vm restart off", 13, "start it instead");
    row("console of a stopped VM", "vm console off", 13, "start it first");
    row("delete of a running VM", "vm delete taken", 13, "--force");
    row("unknown operation", "operation show 11111111-2222-3333-4444-555555555555", 11, "no operation");
    row("no operation's id", "operation cancel nonsense", 10, "operation's id");
    row("unknown plugin", "plugin info nothing", 11, "nothing");
    row("unknown command", "vm craete", 2, "did you mean 'create'");
    row("unknown file", "image import --name x /nowhere", 11, "/nowhere");
}

void BadInputTest::refusesWithAClearAnswer()
{
    QFETCH(const QString, line);
    const Ghostctl ctl = m_agent->ctl();
    QCOMPARE(ctl.run("vm create --name taken").exitCode, 0);
    QCOMPARE(ctl.run("vm create --name off --stopped").exitCode, 0);
    const QJsonArray before = ctl.list("vm");
    const qint64 promised = promisedMemoryBytes();

    const Outcome refused = ctl.run(line);
    QTEST(refused.exitCode, "exitCode");
    QFETCH(const QByteArray, told);
    QVERIFY2(refused.err.contains(told), refused.text().constData());
    QVERIFY2(refused.out.isEmpty() && refused.err.count('\n') <= 4, refused.text().constData());
    QCOMPARE(ctl.list("vm"), before);
    QCOMPARE(promisedMemoryBytes(), promised);
    QVERIFY(ctl.list("operation").isEmpty());
}

void BadInputTest::refusesAnEmptyName()
{
    const Outcome refused = m_agent->ctl().run(QStringList{"vm", "create", "--name", ""});
    QVERIFY2(refused.exitCode == 10 && refused.err.contains("1 to 63"), refused.text().constData());
    QVERIFY(m_agent->ctl().list("vm").isEmpty());
}

void BadInputTest::nobodyKnowsAnUnknownVm_data()
{
    QTest::addColumn<QString>("line");
    for (const char *line : {"vm status %1", "vm start %1", "vm stop %1", "vm stop --force %1", "vm restart %1",
                             "vm delete %1", "vm delete --force %1", "vm console %1", "operation list --vm %1"})
        QTest::newRow(line) << QString(line);
}

void BadInputTest::nobodyKnowsAnUnknownVm()
{
    QFETCH(const QString, line);
    for (const char *name : {"nobody", "../x", "11111111-2222-3333-4444-555555555555"}) {
        const Outcome refused = m_agent->ctl().run(line.arg(name));
        // A VM's history outlives it: an id alone may be asked about.
        if (line.startsWith("operation") && !QUuid(name).isNull()) {
            QCOMPARE(refused.exitCode, 0);
            continue;
        }
        QVERIFY2(refused.exitCode == 11 && refused.err.contains(name), refused.text().constData());
    }
}

void BadInputTest::oneOfTwoCreatesOfOneNameWins()
{
    m_agent->setFaults({{"create", QJsonObject{{"hang_ms", 300}}}});
    const auto one = m_agent->ctl().start("vm create --name same");
    const auto two = m_agent->ctl().start("vm create --name same");
    QList<int> codes{one->finish().exitCode, two->finish().exitCode};
    std::sort(codes.begin(), codes.end());
    QCOMPARE(codes, (QList<int>{0, 12}));
    QCOMPARE(m_agent->ctl().list("vm").size(), 1);
}

void BadInputTest::threeOfTenCreatesGetWhatThereIs()
{
    QCOMPARE(m_agent->terminate(), 0);
    const qint64 each = totalMemoryBytes() / 8;
    m_agent->writeConfig(roomForThree + QByteArray::number(totalMemoryBytes() - 3 * each - each / 2) + "}\n");
    QVERIFY2(m_agent->start(), m_agent->standardError().constData());
    m_agent->setFaults({{"create", QJsonObject{{"hang_ms", 300}}}});
    std::vector<std::unique_ptr<RunningGhostctl>> creating;
    for (int number = 0; number < 10; ++number)
        creating.push_back(m_agent->ctl().start(QString("vm create --name vm-%1 --memory %2B").arg(number).arg(each)));
    int made = 0;
    for (const auto &running : creating) {
        const Outcome outcome = running->finish();
        made += outcome.exitCode == 0;
        QVERIFY2(outcome.exitCode == 0 || (outcome.exitCode == 14 && outcome.err.contains("memory")),
                 outcome.text().constData());
    }
    QCOMPARE(made, 3);
    QCOMPARE(m_agent->ctl().list("vm").size(), 3);
    QCOMPARE(promisedMemoryBytes(), 3 * each);
}

void BadInputTest::aVmThatStartsIsDeletedOnlyByForce()
{
    const Ghostctl ctl = m_agent->ctl();
    QCOMPARE(ctl.run("vm create --name slow --stopped").exitCode, 0);
    m_agent->setFaults({{"powerOn", QJsonObject{{"hang_ms", 1'500}}}});
    const auto starting = ctl.start("vm start slow");
    QVERIFY(starting->waitForStep("power on"));
    const Outcome refused = ctl.run("vm delete slow");
    QVERIFY2(refused.exitCode == 13 && refused.err.contains("starting"), refused.text().constData());
    // Waits for its turn: the start goes before.
    const Outcome deleted = ctl.run("vm delete --force slow");
    QVERIFY2(deleted.exitCode == 0, deleted.text().constData());
    QCOMPARE(starting->finish().exitCode, 0);
    QVERIFY(ctl.list("vm").isEmpty());
}

void BadInputTest::anOperationOutlivesItsClient()
{
    const Ghostctl ctl = m_agent->ctl();
    m_agent->setFaults({{"create", QJsonObject{{"hang_ms", 1'500}}}});
    const auto creating = ctl.start("vm create --name orphan");
    QVERIFY(creating->waitForStep("create the VM"));
    creating->send(SIGKILL);
    creating->finish();
    const QJsonArray underWay = ctl.list("operation");
    QCOMPARE(underWay.size(), 1);
    QCOMPARE(underWay.first()["subject"].toString(), "orphan");
    const QString id = underWay.first()["id"].toString();
    QVERIFY(waitUntil(seconds(10),
                      [&] { return ctl.run("operation show -o json " + id).object()["status"] == "succeeded"; }));
    QCOMPARE(ctl.vm("orphan")["state"].toString(), "running");
}

QTEST_GUILESS_MAIN(BadInputTest)
#include "BadInputTest.moc"
