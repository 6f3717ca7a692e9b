// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <csignal>

#include <QtCore/QCoreApplication>
#include <QtCore/QRegularExpression>
#include <QtTest/QTest>

#include "support/RealHost.h"

using namespace ghost::e2e;

/// A VM's whole life on a real libvirtd, as its user sees it.
class MainJobTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void createsStopsStartsAndDeletesWithoutATrace();
    void fourAtOnceLoseNoPingOfARunningOne();

private:
    QByteArray inGuest(const QString &address, const QString &command) const;

    RealHost m_host;
    QString m_key;
};

void MainJobTest::initTestCase()
{
    GHOST_E2E_NEEDS(m_host);
    m_key = m_host.agent().path("key");
    const QByteArray told = outputOf("dropbearkey -t ed25519 -f " + m_key);
    QFile publicKey(m_key + ".pub");
    QVERIFY(publicKey.open(QIODevice::WriteOnly));
    publicKey.write("ssh-" + told.mid(told.indexOf("ssh-") + 4).split('\n').first() + '\n');
}

// The guest's SSH server comes up a moment after its address.
QByteArray MainJobTest::inGuest(const QString &address, const QString &command) const
{
    QProcess ssh;
    waitUntil(seconds(20), [&] {
        ssh.startCommand("dbclient -i " + m_key + " -y -y root@" + address + " " + command);
        return ssh.waitForFinished() && ssh.exitCode() == 0;
    });
    return ssh.readAllStandardOutput().trimmed();
}

void MainJobTest::createsStopsStartsAndDeletesWithoutATrace()
{
    const Ghostctl ctl = m_host.ctl();
    const QByteArray before = m_host.everythingThere();

    const Outcome created = ctl.run("vm create --name my-vm --ssh-key " + m_key + ".pub");
    const QRegularExpression wanted(
        "\\A✅ VM created!\nname     my-vm\nid       [0-9a-f-]{36}\naddress  ([0-9.]+)\ntook     [0-9.]+ s\n\\z");
    const auto match = wanted.match(QString::fromUtf8(created.out));
    QVERIFY2(created.exitCode == 0 && match.hasMatch(), created.text().constData());
    const QString address = match.captured(1);
    QVERIFY2(!outputOf("ping -c 1 -W 1 " + address, seconds(3)).isEmpty(), "the address must answer at this moment");
    QCOMPARE(inGuest(address, "hostname"), QByteArray("my-vm"));

    const auto console = ctl.start("vm console my-vm");
    console->process().write("\necho $((6 * 7))\n");
    QVERIFY(waitUntil(seconds(20), [&] {
        console->process().waitForReadyRead(5);
        return console->process().peek(65536).contains("\n42");
    }));
    console->send(SIGKILL);

    const QJsonObject record = ctl.vm("my-vm");
    QCOMPARE(record["state"].toString(), "running");
    QCOMPARE(record["address"].toString(), address);
    QCOMPARE(record["accelerator"].toString(), "tcg");
    QVERIFY(!record["started_at"].toString().isEmpty());

    const Outcome stopped = ctl.run("-o json vm stop my-vm");
    QVERIFY2(stopped.exitCode == 0, stopped.text().constData());
    QCOMPARE(stopped.object()["how"].toString(), "acpi");
    QCOMPARE(stopped.object()["address"].toString(), QString());
    const Outcome started = ctl.run("-o json vm start my-vm");
    QVERIFY2(started.exitCode == 0, started.text().constData());
    QCOMPARE(started.object()["address"].toString(), address);
    QCOMPARE(inGuest(address, "hostname"), QByteArray("my-vm"));
    const Outcome restarted = ctl.run("-o json vm restart my-vm");
    QVERIFY2(restarted.exitCode == 0, restarted.text().constData());
    QCOMPARE(restarted.object()["address"].toString(), address);
    QVERIFY(restarted.object()["started_at"].toString() > started.object()["started_at"].toString());

    const Outcome refused = ctl.run("vm delete my-vm");
    QCOMPARE(refused.exitCode, 13);
    QVERIFY2(refused.err.contains("--force"), refused.text().constData());
    const Outcome deleted = ctl.run("vm delete --force my-vm");
    QVERIFY2(deleted.exitCode == 0, deleted.text().constData());
    QCOMPARE(difference(before, m_host.everythingThere()), QByteArray());
    QVERIFY(ctl.list("vm").isEmpty());
}

void MainJobTest::fourAtOnceLoseNoPingOfARunningOne()
{
    const Ghostctl ctl = m_host.ctl();
    const QByteArray before = m_host.everythingThere();
    const Outcome steady = ctl.run("-o json vm create --name steady");
    QVERIFY2(steady.exitCode == 0, steady.text().constData());
    QProcess ping;
    ping.startCommand("ping -n -i 0.2 " + steady.object()["address"].toString());

    std::vector<std::unique_ptr<RunningGhostctl>> creating;
    for (int number = 1; number <= 4; ++number)
        creating.push_back(ctl.start(QString("-o json vm create --name four-%1").arg(number)));
    QSet<QString> addresses;
    for (const auto &running : creating) {
        const Outcome created = running->finish(seconds(180));
        QVERIFY2(created.exitCode == 0, created.text().constData());
        addresses.insert(created.object()["address"].toString());
        qInfo("one of four after %lld ms", created.elapsedMilliseconds);
    }
    QCOMPARE(addresses.size(), 4);
    for (const QString &address : addresses)
        QVERIFY2(!outputOf("ping -c 1 -W 2 " + address).isEmpty(), qPrintable(address));
    std::vector<std::unique_ptr<RunningGhostctl>> deleting;
    for (int number = 1; number <= 4; ++number)
        deleting.push_back(ctl.start(QString("vm delete --force four-%1").arg(number)));
    for (const auto &running : deleting) {
        const Outcome deleted = running->finish();
        QVERIFY2(deleted.exitCode == 0, deleted.text().constData());
    }

    ::kill(pid_t(ping.processId()), SIGINT);
    QVERIFY(ping.waitForFinished(5000));
    const QByteArray report = ping.readAllStandardOutput();
    qInfo("%s", report.mid(report.lastIndexOf("---\n") + 4).constData());
    QVERIFY2(report.contains(" 0% packet loss"), report.constData());
    QCOMPARE(ctl.run("vm delete --force steady").exitCode, 0);
    QCOMPARE(difference(before, m_host.everythingThere()), QByteArray());
}

GHOST_E2E_MAIN(MainJobTest)
#include "MainJobTest.moc"
