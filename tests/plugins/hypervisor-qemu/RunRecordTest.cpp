// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "RunRecord.h"

#include <unistd.h>

#include <QtTest/QTest>

#include "RunState.h"

using namespace ghost;

class RunRecordTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void losesNothing();
    void judgesByWhatIsKnown();
    void readsTheReasonOfAShutdown_data();
    void readsTheReasonOfAShutdown();
    void takesQemusStates();
};

void RunRecordTest::losesNothing()
{
    RunRecord record;
    record.process = *ProcessMark::of(::getpid());
    record.startedAtMs = 1700000000000;
    record.stopRequested = true;
    record.announcedEnd = StateReason::Guest;
    record.isStarting = true;
    record.endedBy = StateReason::Crashed;
    const RunRecord read = RunRecord::fromJson(record.toJson());
    QCOMPARE(read.process, record.process);
    QCOMPARE(read.startedAtMs, record.startedAtMs);
    QCOMPARE(read.stopRequested, record.stopRequested);
    QCOMPARE(read.announcedEnd, record.announcedEnd);
    QCOMPARE(read.isStarting, record.isStarting);
    QCOMPARE(read.endedBy, record.endedBy);
    QVERIFY(!RunRecord::fromJson({}).process.isSet());
}

void RunRecordTest::judgesByWhatIsKnown()
{
    RunRecord record;
    record.process = *ProcessMark::of(::getpid());
    QCOMPARE(record.verdict(), StateReason::Crashed);
    record.process.bootId = QStringLiteral("another boot");
    QCOMPARE(record.verdict(), StateReason::Host);
    record.announcedEnd = StateReason::Guest;
    QCOMPARE(record.verdict(), StateReason::Guest);
    record.stopRequested = true;
    QCOMPARE(record.verdict(), StateReason::Requested);
    record.isStarting = true;
    record.endedBy = StateReason::Crashed;
    QCOMPARE(record.verdict(), StateReason::Crashed); // of the run before: this one never was
}

void RunRecordTest::readsTheReasonOfAShutdown_data()
{
    QTest::addColumn<bool>("guest");
    QTest::addColumn<StateReason>("expected");
    QTest::newRow("guest-shutdown") << true << StateReason::Guest;
    QTest::newRow("guest-panic") << true << StateReason::Crashed;
    QTest::newRow("host-signal") << false << StateReason::Host;
    QTest::newRow("host-qmp-quit") << false << StateReason::Host;
    QTest::newRow("host-error") << false << StateReason::Crashed;
    QTest::newRow("of a later QEMU") << true << StateReason::Guest;
}

void RunRecordTest::readsTheReasonOfAShutdown()
{
    QFETCH(bool, guest);
    QFETCH(StateReason, expected);
    QCOMPARE(shutdownReasonOf({{QStringLiteral("guest"), guest},
                               {QStringLiteral("reason"), QString::fromLatin1(QTest::currentDataTag())}}),
             expected);
}

void RunRecordTest::takesQemusStates()
{
    QCOMPARE(vmStateOf(QStringLiteral("running")), VmState::Running);
    QCOMPARE(vmStateOf(QStringLiteral("paused")), VmState::Paused);
    QCOMPARE(vmStateOf(QStringLiteral("io-error")), VmState::Paused);
    QCOMPARE(vmStateOf(QStringLiteral("shutdown")), VmState::Stopping);
    QCOMPARE(vmStateOf(QStringLiteral("internal-error")), VmState::Failed);
    QCOMPARE(stateReasonOf(QStringLiteral("internal-error")), StateReason::Crashed);
    QCOMPARE(vmStateOf(QStringLiteral("a state of a later QEMU")), VmState::Unknown);
    QCOMPARE(vmStateOf({}), VmState::Unknown);
}

QTEST_GUILESS_MAIN(RunRecordTest)
#include "RunRecordTest.moc"
