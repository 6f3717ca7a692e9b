// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QJsonDocument>
#include <QTest>

#include <csignal>

#include "FakeServer.h"
#include "Ghostctl.h"

namespace v1 = ghost::agent::v1;

namespace {

v1::Event newEvent(std::uint64_t sequence, const char *name)
{
    v1::Event event;
    event.set_sequence(sequence);
    event.set_kind("vm.changed");
    event.set_subject("5e1c4bb2");
    event.mutable_time()->set_seconds(1'700'000'000);
    *event.mutable_vm() = FakeServer::vm(name);
    return event;
}

} // namespace

class EventsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void printsALineAnEvent();
    void printsJsonLines();
    void aFamilyNeedsNoDot();
    void aSubjectIsKnownByItsName_data();
    void aSubjectIsKnownByItsName();
    void refusesASubjectThatNobodyKnows();
    void endsWhenItsReaderHasGone();
    void saysThatTheDiskIsFull();
    void interruptEndsIt();
    void timeoutEndsItWell();
};

void EventsTest::printsALineAnEvent()
{
    FakeServer server;
    server.events = {newEvent(7, "my-vm"), newEvent(8, "evil\x1b[2J")};
    const auto outcome = Ghostctl::run({"--root", server.root(), "events", "--since", "6", "--kind", "vm."});
    QCOMPARE(outcome.exitCode, 0);
    const QStringList lines = outcome.out.split('\n');
    QCOMPARE(lines.size(), 3);
    QVERIFY2(lines[0].endsWith("  7  vm.changed  5e1c4bb2  my-vm running 192.168.77.2"), qPrintable(lines[0]));
    QVERIFY(lines[1].contains("evil\\x1b[2J"));
    QCOMPARE(server.watched().since_sequence(), 6U);
    QCOMPARE(server.watched().kinds(0), std::string("vm."));
}

void EventsTest::printsJsonLines()
{
    FakeServer server;
    server.events = {newEvent(7, "a"), newEvent(8, "b")};
    const auto outcome = Ghostctl::run({"--root", server.root(), "events", "-o", "json"});
    const QStringList lines = outcome.out.split('\n', Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 2);
    const QJsonDocument line = QJsonDocument::fromJson(lines[1].toUtf8());
    QCOMPARE(line["sequence"].toInteger(), 8);
    QCOMPARE(line["vm"]["name"].toString(), "b");
    QCOMPARE(line["time"].toString(), "2023-11-14T22:13:20.000Z");
}

void EventsTest::aFamilyNeedsNoDot()
{
    FakeServer server;
    const auto outcome = Ghostctl::run({"--root", server.root(), "events", "--kind", "vm", "--kind", "host.awake"});
    QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.err));
    QCOMPARE(server.watched().kinds_size(), 2);
    QCOMPARE(server.watched().kinds(0), std::string("vm."));
    QCOMPARE(server.watched().kinds(1), std::string("host.awake"));
}

void EventsTest::aSubjectIsKnownByItsName_data()
{
    QTest::addColumn<QString>("subject");
    QTest::addColumn<QString>("id");
    const QString vm = "5e1c4bb2-0000-4000-8000-00000000000a";
    const QString gone = "11111111-2222-4333-8444-555555555555";
    QTest::newRow("a VM's name") << "my-vm" << vm;
    QTest::newRow("a VM's id") << vm << vm;
    QTest::newRow("of something that is gone, or an operation") << gone << gone;
    QTest::newRow("in capitals") << "11111111-2222-4333-8444-55555555555F"
                                 << "11111111-2222-4333-8444-55555555555f";
    QTest::newRow("a plugin") << "network-nat"
                              << "network-nat";
}

void EventsTest::aSubjectIsKnownByItsName()
{
    QFETCH(QString, subject);
    QFETCH(QString, id);
    FakeServer server;
    *server.vms.add_vms() = FakeServer::vm("my-vm");
    server.plugins.add_plugins()->set_id("network-nat");
    const auto outcome = Ghostctl::run({"--root", server.root(), "events", "--subject", subject});
    QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.err));
    QCOMPARE(server.watched().subject(), id.toStdString());
}

void EventsTest::refusesASubjectThatNobodyKnows()
{
    FakeServer server;
    const auto outcome = Ghostctl::run({"--root", server.root(), "events", "--subject", "my-vn"});
    QCOMPARE(outcome.exitCode, 11);
    QVERIFY2(outcome.err.startsWith("ghostctl: events: no VM or plugin 'my-vn' ("), qPrintable(outcome.err));
}

void EventsTest::endsWhenItsReaderHasGone()
{
    FakeServer server;
    server.events = {newEvent(1, "my-vm")};
    server.endlessEvents = true;
    QProcess shell;
    shell.start("bash", {"-c", "\"$0\" --root \"$1\" events | head -n 1; echo ${PIPESTATUS[0]}",
                         qEnvironmentVariable("GHOST_BIN_DIR") + "/ghostctl", server.root()});
    QVERIFY(shell.waitForFinished());
    QCOMPARE(shell.readAllStandardOutput().split('\n').at(1), QByteArray("141"));
    QCOMPARE(shell.readAllStandardError(), QByteArray());
}

void EventsTest::saysThatTheDiskIsFull()
{
    FakeServer server;
    QProcess shell;
    shell.start("bash",
                {"-c", "\"$0\" --root \"$1\" vm list > /dev/full; echo $?; \"$0\" --root \"$1\" vm list >&-; echo $?",
                 qEnvironmentVariable("GHOST_BIN_DIR") + "/ghostctl", server.root()});
    QVERIFY(shell.waitForFinished());
    QCOMPARE(shell.readAllStandardOutput(), QByteArray("3\n3\n"));
    QVERIFY(shell.readAllStandardError().contains("cannot write to standard output: No space left on device"));
}

void EventsTest::interruptEndsIt()
{
    FakeServer server;
    server.events = {newEvent(1, "my-vm")};
    server.endlessEvents = true;
    Ghostctl ghostctl({"--root", server.root(), "events"});
    QVERIFY(ghostctl.process().waitForReadyRead());
    ghostctl.signal(SIGINT);
    const auto outcome = ghostctl.finish();
    QCOMPARE(outcome.exitCode, 130);
}

void EventsTest::timeoutEndsItWell()
{
    FakeServer server;
    server.events = {newEvent(1, "my-vm")};
    server.endlessEvents = true;
    const auto outcome = Ghostctl::run({"--root", server.root(), "events", "--timeout", "300ms"});
    QCOMPARE(outcome.exitCode, 0);
    QVERIFY(outcome.out.contains("my-vm"));
}

QTEST_GUILESS_MAIN(EventsTest)
#include "EventsTest.moc"
