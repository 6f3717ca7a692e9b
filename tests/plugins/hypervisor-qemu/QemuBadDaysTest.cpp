// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <tuple>

#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>
#include <QtCore/QProcess>
#include <QtCore/QScopeGuard>
#include <QtTest/QTest>

#include "QemuFixture.h"

using namespace ghost;

/// What goes wrong around the driver: it must say so in bounded time, lose nothing and kill nobody else's process.
class QemuBadDaysTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init() { m_fixture = std::make_unique<QemuFixture>(); }
    void cleanup() { m_fixture.reset(); }

    void findsItsGuestsAgain();
    void knowsWhatHappenedWhileItWasAway();
    void saysThatQemuIsMissing();
    void goesOnWithGuestsOfAQemuThatIsGone();
    void explainsAStartThatFails();
    void explainsAQemuThatDiesAtOnce();
    void givesUpOnAQemuThatNeverAnswers();
    void leavesNothingOfACancelledStart();
    void goesOnBesideAHungQemu();
    void endsAHungQemuWhenTold();
    void treatsAReplacedSocketAsUnknown();
    void killsNoProcessThatIsNotItsQemu();
    void distrustsAQemuOfAnotherVm();
    void keepsAVmWhoseSpecIsBroken();
    void findsAQemuWhoseRecordIsBroken();
    void clearsUpHalfMadeFolders();

private:
    QemuHypervisor &driver() { return *m_fixture->driver; }
    void useProgram(const QByteArray &script);
    std::unique_ptr<QemuFixture> m_fixture;
};

void QemuBadDaysTest::initTestCase()
{
    if (const QString why = QemuFixture::missing(); !why.isEmpty())
        QSKIP(qPrintable(why));
}

void QemuBadDaysTest::findsItsGuestsAgain()
{
    PlainCall call;
    const VmId first = m_fixture->runEcho();
    const VmId second = m_fixture->runEcho();
    QVERIFY(m_fixture->waitUntilUp(first));
    const auto before = driver().inspect(first, call);
    const pid_t pid = m_fixture->pidOf(first);
    QVERIFY(m_fixture->restartDriver());
    const auto after = driver().inspect(first, call);
    QVERIFY(after);
    QCOMPARE(*after, *before);
    QCOMPARE(m_fixture->stateOf(second), VmState::Running);
    QCOMPARE(m_fixture->pidOf(first), pid);
    QVERIFY(m_fixture->waitUntilUp(first));
    const auto again = driver().powerOn(first, call);
    QVERIFY(again);
    QCOMPARE(m_fixture->pidOf(first), pid);
    QVERIFY(driver().powerOff(first, {.force = true}, call));
    QVERIFY(waitGone(pid, {}));
}

void QemuBadDaysTest::knowsWhatHappenedWhileItWasAway()
{
    PlainCall call;
    const VmId killed = m_fixture->runEcho();
    const VmId poweredOff = m_fixture->runEcho();
    const UniqueFd console = m_fixture->waitUntilUp(poweredOff);
    QVERIFY(console);
    const pid_t pid = m_fixture->pidOf(killed);
    // The guest is told to go a moment before the agent is.
    const QString socket = m_fixture->folderOf(poweredOff);
    m_fixture->stopDriver();
    QCOMPARE(::kill(pid, SIGKILL), 0);
    QVERIFY(waitGone(pid));
    const auto direct = VmFolder(socket).connect(consoleSocket);
    QVERIFY(direct);
    QCOMPARE(::write(direct->get(), "q", 1), ssize_t(1));
    QVERIFY(m_fixture->startDriver());
    QCOMPARE(m_fixture->stateOf(killed), VmState::Stopped);
    QCOMPARE(m_fixture->reasonOf(killed), StateReason::Crashed);
    QVERIFY(m_fixture->waitFor([&] { return m_fixture->stateOf(poweredOff) == VmState::Stopped; }));
    QCOMPARE(m_fixture->reasonOf(poweredOff), StateReason::Guest);
}

void QemuBadDaysTest::saysThatQemuIsMissing()
{
    m_fixture =
        std::make_unique<QemuFixture>(QJsonObject{{QStringLiteral("program"), QStringLiteral("/nowhere/qemu")}});
    PlainCall call;
    QCOMPARE(m_fixture->context.health().status(), Health::Status::Down);
    QVERIFY2(m_fixture->context.health().reason().contains(QStringLiteral("apt install")),
             qPrintable(m_fixture->context.health().reason()));
    const auto created = driver().create(m_fixture->echoSpec(), call);
    QVERIFY(!created);
    QCOMPARE(created.error().code(), Code::Unavailable);
    QVERIFY2(created.error().text().contains(QStringLiteral("/nowhere/qemu")), qPrintable(created.error().text()));
    QCOMPARE(driver().list(call).error().code(), Code::Unavailable);
}

void QemuBadDaysTest::goesOnWithGuestsOfAQemuThatIsGone()
{
    PlainCall call;
    const VmId id = m_fixture->runEcho();
    std::ignore = driver().deactivate(call);
    QVERIFY(
        driver().activate(m_fixture->context, {{QStringLiteral("program"), QStringLiteral("/nowhere/qemu")}}, call));
    QCOMPARE(m_fixture->context.health().status(), Health::Status::Degraded);
    QCOMPARE(m_fixture->stateOf(id), VmState::Running);
    QCOMPARE(driver().create(m_fixture->echoSpec(), call).error().code(), Code::Unavailable);
    const pid_t pid = m_fixture->pidOf(id);
    QVERIFY(driver().remove(id, call));
    QVERIFY(waitGone(pid, {}));
    QCOMPARE(driver().list(call).error().code(), Code::Unavailable);
    QCOMPARE(m_fixture->context.health().status(), Health::Status::Down);
}

void QemuBadDaysTest::explainsAStartThatFails()
{
    PlainCall call;
    const VmSpec spec = m_fixture->echoSpec();
    QVERIFY(driver().create(spec, call));
    QVERIFY(QFile::remove(spec.disks().first().path()));
    const auto on = driver().powerOn(spec.id(), call);
    QVERIFY(!on);
    QCOMPARE(on.error().code(), Code::FailedPrecondition);
    QVERIFY2(on.error().message().contains(spec.disks().first().path()), qPrintable(on.error().message()));
    QCOMPARE(m_fixture->stateOf(spec.id()), VmState::Stopped);
    QCOMPARE(m_fixture->reasonOf(spec.id()), StateReason::Unspecified);
    QCOMPARE(m_fixture->pidOf(spec.id()), 0);
}

/// Another program in QEMU's place, for what a real one does only on bad days; VMs are made with the real one before.
void QemuBadDaysTest::useProgram(const QByteArray &script)
{
    const QString path = m_fixture->context.folder(Folder::Run) + QStringLiteral("/qemu-system-x86_64");
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("#!/bin/sh\n" + script + "\n");
    file.close();
    file.setPermissions(QFileDevice::Permissions(0x7755));
    PlainCall call;
    std::ignore = driver().deactivate(call);
    QVERIFY(driver().activate(m_fixture->context,
                              {{QStringLiteral("program"), path}, {QStringLiteral("start_seconds"), 1}}, call));
}

void QemuBadDaysTest::explainsAQemuThatDiesAtOnce()
{
    PlainCall call;
    const VmSpec spec = m_fixture->echoSpec();
    QVERIFY(driver().create(spec, call));
    useProgram("echo 'qemu-system-x86_64: the moon is full' >&2; exit 1");
    const auto on = driver().powerOn(spec.id(), call);
    QVERIFY(!on);
    QCOMPARE(on.error().code(), Code::FailedPrecondition);
    QVERIFY2(on.error().message().contains(QStringLiteral("the moon is full")), qPrintable(on.error().message()));
}

void QemuBadDaysTest::givesUpOnAQemuThatNeverAnswers()
{
    PlainCall call;
    const VmSpec spec = m_fixture->echoSpec();
    QVERIFY(driver().create(spec, call));
    useProgram("exec sleep 100");
    const auto on = driver().powerOn(spec.id(), call);
    QVERIFY(!on);
    QCOMPARE(on.error().code(), Code::Unavailable);
    QCOMPARE(m_fixture->stateOf(spec.id()), VmState::Stopped);
    QCOMPARE(m_fixture->pidOf(spec.id()), 0);
}

void QemuBadDaysTest::leavesNothingOfACancelledStart()
{
    PlainCall plain;
    const VmSpec spec = m_fixture->echoSpec();
    QVERIFY(driver().create(spec, plain));
    useProgram("exec sleep 100");
    const auto cancellation = std::make_shared<Cancellation>();
    cancellation->cancel();
    Call call(OperationId(), Call::Clock::now() + std::chrono::seconds(20), cancellation);
    const auto on = driver().powerOn(spec.id(), call);
    QVERIFY(!on);
    QCOMPARE(on.error().code(), Code::Cancelled);
    QCOMPARE(m_fixture->stateOf(spec.id()), VmState::Stopped);
    QCOMPARE(m_fixture->pidOf(spec.id()), 0);
}

void QemuBadDaysTest::goesOnBesideAHungQemu()
{
    const VmId hung = m_fixture->runEcho();
    const VmId healthy = m_fixture->runEcho();
    const pid_t pid = m_fixture->pidOf(hung);
    QCOMPARE(::kill(pid, SIGSTOP), 0);
    const auto wakeUp = qScopeGuard([pid] { ::kill(pid, SIGCONT); });

    QElapsedTimer clock;
    clock.start();
    PlainCall call(std::chrono::seconds(30));
    const auto listed = driver().list(call);
    QVERIFY(listed);
    for (const VmInfo &each : *listed)
        QCOMPARE(each.state(), each.id() == hung ? VmState::Unknown : VmState::Running);
    QCOMPARE(m_fixture->stateOf(hung), VmState::Unknown);
    QCOMPARE(driver().powerOn(hung, call).error().code(), Code::Unavailable);
    QCOMPARE(driver().pause(hung, call).error().code(), Code::Unavailable);
    QCOMPARE(driver().openConsole(hung, call).error().code(), Code::Unavailable);
    QCOMPARE(driver().powerOff(hung, {.graceSeconds = 1}, call).error().code(), Code::Unavailable);
    const auto usage = driver().usage(call);
    QVERIFY(usage);
    QCOMPARE(usage->size(), 1);
    QVERIFY(m_fixture->waitUntilUp(healthy));
    QVERIFY2(clock.elapsed() < 8000, qPrintable(QString::number(clock.elapsed())));

    QCOMPARE(::kill(pid, SIGCONT), 0);
    QVERIFY(m_fixture->waitFor([&] { return m_fixture->stateOf(hung) == VmState::Running; }));
}

void QemuBadDaysTest::endsAHungQemuWhenTold()
{
    PlainCall call;
    const VmId hung = m_fixture->runEcho();
    const pid_t pid = m_fixture->pidOf(hung);
    QCOMPARE(::kill(pid, SIGSTOP), 0);
    const auto off = driver().powerOff(hung, {.force = true}, call);
    QVERIFY2(off, qPrintable(off ? QString() : off.error().text()));
    QCOMPARE(off->state(), VmState::Stopped);
    QCOMPARE(off->reason(), StateReason::Requested);
    QVERIFY(waitGone(pid, {}));
}

void QemuBadDaysTest::treatsAReplacedSocketAsUnknown()
{
    PlainCall call;
    const VmId id = m_fixture->runEcho();
    const VmId other = m_fixture->runEcho();
    const pid_t pid = m_fixture->pidOf(id);
    m_fixture->stopDriver();
    const QString socket = m_fixture->folderOf(id) + QStringLiteral("/qmp.sock");
    QVERIFY(QFile::remove(socket));
    QFile file(socket);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("no socket");
    file.close();
    QVERIFY(m_fixture->startDriver());
    QCOMPARE(m_fixture->stateOf(id), VmState::Unknown);
    QCOMPARE(m_fixture->stateOf(other), VmState::Running);
    QCOMPARE(driver().powerOff(id, {.graceSeconds = 1}, call).error().code(), Code::Unavailable);
    QVERIFY(ProcessMark::of(pid));
    const auto off = driver().powerOff(id, {.force = true}, call); // the process is known for sure all the same
    QVERIFY2(off, qPrintable(off ? QString() : off.error().text()));
    QVERIFY(waitGone(pid, {}));
    QVERIFY(driver().powerOn(id, call));
}

void QemuBadDaysTest::killsNoProcessThatIsNotItsQemu()
{
    PlainCall call;
    QProcess stranger;
    stranger.start(QStringLiteral("sleep"), {QStringLiteral("100")});
    QVERIFY(stranger.waitForStarted());
    const auto pid = static_cast<pid_t>(stranger.processId());
    const VmSpec spec = m_fixture->echoSpec();
    QVERIFY(driver().create(spec, call));
    // Once with only its number, as after the number was given out again; once with all that can be known from outside.
    const ProcessMark whole = *ProcessMark::of(pid);
    ProcessMark reused = whole;
    reused.startTicks -= 1;
    for (const ProcessMark &mark : {reused, whole}) {
        m_fixture->stopDriver();
        RunRecord record;
        record.process = mark;
        record.startedAtMs = 1;
        QVERIFY(VmFolder(m_fixture->folderOf(spec.id())).writeRun(record.toJson()));
        QVERIFY(m_fixture->startDriver());
        QCOMPARE(m_fixture->stateOf(spec.id()), VmState::Stopped);
        QCOMPARE(m_fixture->reasonOf(spec.id()), StateReason::Crashed);
        QCOMPARE(driver().powerOff(spec.id(), {.force = true}, call)->stoppedBy(), StopMethod::AlreadyStopped);
    }
    QVERIFY(driver().remove(spec.id(), call));
    QCOMPARE(stranger.state(), QProcess::Running);
    QVERIFY(ProcessMark::of(pid));
    stranger.kill();
    QVERIFY(stranger.waitForFinished());
}

void QemuBadDaysTest::distrustsAQemuOfAnotherVm()
{
    PlainCall call;
    const VmId first = m_fixture->runEcho();
    const VmId second = m_fixture->runEcho();
    m_fixture->stopDriver();
    // The socket in the first one's folder leads to the second one's QEMU.
    const QString socket = m_fixture->folderOf(first) + QStringLiteral("/qmp.sock");
    QVERIFY(QFile::remove(socket));
    QVERIFY(QFile::rename(m_fixture->folderOf(second) + QStringLiteral("/qmp.sock"), socket));
    QVERIFY(m_fixture->startDriver());
    QCOMPARE(m_fixture->stateOf(first), VmState::Unknown);
    QVERIFY(driver().powerOff(first, {.force = true}, call));
    QVERIFY(ProcessMark::of(m_fixture->pidOf(second))); // not the one that would have answered
}

void QemuBadDaysTest::keepsAVmWhoseSpecIsBroken()
{
    PlainCall call;
    const VmId id = m_fixture->runEcho();
    m_fixture->stopDriver();
    QFile spec(m_fixture->folderOf(id) + QStringLiteral("/spec.json"));
    QVERIFY(spec.open(QIODevice::WriteOnly | QIODevice::Truncate));
    spec.write("{\"format\": 1,");
    spec.close();
    QVERIFY(m_fixture->startDriver());
    QCOMPARE(m_fixture->stateOf(id), VmState::Running);
    QVERIFY(driver().powerOff(id, {.force = true}, call));
    const auto on = driver().powerOn(id, call);
    QVERIFY(!on);
    QCOMPARE(on.error().code(), Code::FailedPrecondition);
    QVERIFY2(on.error().message().contains(QStringLiteral("spec.json")), qPrintable(on.error().message()));
    QVERIFY(driver().remove(id, call));
}

void QemuBadDaysTest::findsAQemuWhoseRecordIsBroken()
{
    const VmId id = m_fixture->runEcho();
    const pid_t pid = m_fixture->pidOf(id);
    m_fixture->stopDriver();
    QFile run(m_fixture->folderOf(id) + QStringLiteral("/run.json"));
    QVERIFY(run.open(QIODevice::WriteOnly | QIODevice::Truncate));
    run.write("rubbish");
    run.close();
    QVERIFY(m_fixture->startDriver());
    QCOMPARE(m_fixture->stateOf(id), VmState::Running);
    PlainCall call;
    QVERIFY(driver().remove(id, call));
    QVERIFY(waitGone(pid, {}));
}

void QemuBadDaysTest::clearsUpHalfMadeFolders()
{
    PlainCall call;
    const VmSpec spec = m_fixture->echoSpec();
    QVERIFY(driver().create(spec, call));
    m_fixture->stopDriver();
    QVERIFY(QFile::remove(m_fixture->folderOf(spec.id()) + QStringLiteral("/spec.json"))); // a removal in the middle
    QVERIFY(m_fixture->startDriver());
    QCOMPARE(driver().list(call)->size(), 0);
    QVERIFY(!QFile::exists(m_fixture->folderOf(spec.id())));
    QVERIFY(driver().create(spec, call));
}

QTEST_GUILESS_MAIN(QemuBadDaysTest)
#include "QemuBadDaysTest.moc"
