// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "GuestProcess.h"

#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

#include <QtCore/QProcess>
#include <QtTest/QTest>

using namespace ghost;

class GuestProcessTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void findsOnlyTheVeryProcess();
    void seesItsEnd();
    void takesNoZombieForAProcess();

private:
    /// Any program whose command line names the VM.
    static void start(QProcess &process, VmId vm);
};

void GuestProcessTest::start(QProcess &process, VmId vm)
{
    process.start(QStringLiteral("sh"),
                  {QStringLiteral("-c"), QStringLiteral("read line"), QStringLiteral("-uuid"), vm.toString()});
    QVERIFY(process.waitForStarted());
    // In the middle of its exec it has no command line yet.
    QTRY_VERIFY(GuestProcess::search(vm));
}

void GuestProcessTest::findsOnlyTheVeryProcess()
{
    const VmId vm = VmId::create();
    QProcess process;
    start(process, vm);
    const ProcessMark mark = *ProcessMark::of(static_cast<pid_t>(process.processId()));
    QVERIFY(mark.startTicks > 0);
    QVERIFY(!mark.bootId.isEmpty());
    QVERIFY(GuestProcess::find(mark, vm));
    QVERIFY(!GuestProcess::find(mark, VmId::create()));
    ProcessMark other = mark;
    other.startTicks += 1;
    QVERIFY(!GuestProcess::find(other, vm));
    other = mark;
    other.bootId = QStringLiteral("another boot");
    QVERIFY(!GuestProcess::find(other, vm));
    QVERIFY(!GuestProcess::find({}, vm));
    const auto found = GuestProcess::search(vm);
    QVERIFY(found);
    QCOMPARE(found->pid(), mark.pid);
    QVERIFY(!GuestProcess::search(VmId::create()));
    process.closeWriteChannel();
    QVERIFY(process.waitForFinished());
}

void GuestProcessTest::seesItsEnd()
{
    const VmId vm = VmId::create();
    QProcess process;
    start(process, vm);
    const auto found = GuestProcess::find(*ProcessMark::of(static_cast<pid_t>(process.processId())), vm);
    QVERIFY(found);
    QVERIFY(!found->hasEnded());
    QTRY_VERIFY(found->usage() && found->usage()->residentBytes > 0); // in the middle of its exec it has nothing yet
    QVERIFY(found->signal(SIGKILL));
    QVERIFY(process.waitForFinished());
    QVERIFY(found->hasEnded());
    QVERIFY(!found->signal(SIGKILL)); // and nobody else gets it
    QVERIFY(!found->usage());
}

void GuestProcessTest::takesNoZombieForAProcess()
{
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(0);
    siginfo_t info = {};
    QCOMPARE(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT), 0);
    QVERIFY(!ProcessMark::of(child));
    ::waitpid(child, nullptr, 0);
}

QTEST_GUILESS_MAIN(GuestProcessTest)
#include "GuestProcessTest.moc"
