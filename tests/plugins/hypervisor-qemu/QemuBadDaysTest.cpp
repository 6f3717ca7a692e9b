// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <future>
#include <thread>
#include <tuple>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>
#include <QtCore/QProcess>
#include <QtCore/QScopeGuard>
#include <QtTest/QTest>

#include "PlayedQmp.h"
#include "QemuFixture.h"
#include "e2e/support/Eventually.h"

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
    void takesNoSpecOfAnotherVm();
    void keepsAGuestWhoseSpecIsOutOfSight();
    void startsAnewWhatKvmGaveUp();
    void keepsTheReasonWhenItIsKilledInTheMiddleOfAStart();
    void showsVmsWhileADiskHangs();
    void findsAQemuWhoseRecordIsBroken();
    void clearsUpHalfMadeFolders();

private:
    QemuHypervisor &driver() { return *m_fixture->driver; }
    void useProgram(const QByteArray &script, int startSeconds = 1);
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
void QemuBadDaysTest::useProgram(const QByteArray &script, int startSeconds)
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
                              {{QStringLiteral("program"), path}, {QStringLiteral("start_seconds"), startSeconds}},
                              call));
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
    useProgram("exec sleep 100", 60);
    const auto cancellation = std::make_shared<Cancellation>();
    std::optional<Result<VmInfo>> on;
    std::jthread starter([&] {
        Call call(OperationId(), Call::Clock::now() + std::chrono::seconds(60), cancellation);
        on.emplace(driver().powerOn(spec.id(), call));
    });
    const bool wasSeen = e2e::waitUntil(std::chrono::seconds(20), //
                                        [&] { return m_fixture->stateOf(spec.id()) == VmState::Starting; });
    const pid_t pid = m_fixture->pidOf(spec.id());
    cancellation->cancel();
    starter.join();
    QVERIFY(wasSeen);
    QVERIFY(!*on);
    QCOMPARE(on->error().code(), Code::Cancelled);
    QVERIFY(waitGone(pid, {}));
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

void QemuBadDaysTest::takesNoSpecOfAnotherVm()
{
    PlainCall call;
    const VmSpec one = m_fixture->echoSpec();
    const VmSpec other = m_fixture->echoSpec();
    QVERIFY(driver().create(one, call));
    QVERIFY(driver().create(other, call));
    m_fixture->stopDriver();
    const QString spec = m_fixture->folderOf(other.id()) + QStringLiteral("/spec.json");
    QVERIFY(QFile::remove(spec));
    QVERIFY(QFile::copy(m_fixture->folderOf(one.id()) + QStringLiteral("/spec.json"), spec));
    QVERIFY(m_fixture->startDriver());
    const auto on = driver().powerOn(other.id(), call);
    QVERIFY(!on);
    QCOMPARE(on.error().code(), Code::FailedPrecondition);
    QVERIFY2(on.error().message().contains(one.id().toString()), qPrintable(on.error().message()));
}

/// Only a folder that surely has no spec, and no guest, is rubbish.
void QemuBadDaysTest::keepsAGuestWhoseSpecIsOutOfSight()
{
    PlainCall call;
    const VmId running = m_fixture->runEcho();
    const VmSpec stopped = m_fixture->echoSpec();
    QVERIFY(driver().create(stopped, call));
    const auto specOf = [&](VmId id) { return m_fixture->folderOf(id) + QStringLiteral("/spec.json"); };
    m_fixture->stopDriver();
    QVERIFY(QFile::remove(specOf(running)));
    QVERIFY(QFile::remove(specOf(stopped.id())));
    QVERIFY(QFile::link(specOf(stopped.id()), specOf(stopped.id()))); // a loop: neither read nor absent
    QVERIFY(m_fixture->startDriver());
    QCOMPARE(m_fixture->stateOf(running), VmState::Running);
    QCOMPARE(m_fixture->stateOf(stopped.id()), VmState::Stopped);
    const auto on = driver().powerOn(stopped.id(), call);
    QVERIFY(!on);
    QCOMPARE(on.error().code(), Code::FailedPrecondition);
    QVERIFY2(on.error().message().contains(QStringLiteral("spec.json")), qPrintable(on.error().message()));
    const pid_t pid = m_fixture->pidOf(running);
    QVERIFY(driver().remove(running, call));
    QVERIFY(waitGone(pid, {}));
}

/// After an error in KVM there is a process, but no guest any more. The state is played: TCG never gives up.
void QemuBadDaysTest::startsAnewWhatKvmGaveUp()
{
    PlainCall call;
    const VmId id = m_fixture->runEcho();
    const pid_t pid = m_fixture->pidOf(id);
    m_fixture->stopDriver();
    const PlayedQmp qemu(*VmFolder(m_fixture->folderOf(id)).listen(qmpSocket), id, QStringLiteral("internal-error"));
    QVERIFY(m_fixture->startDriver());
    QCOMPARE(m_fixture->stateOf(id), VmState::Failed);
    const auto on = driver().powerOn(id, call);
    QVERIFY2(on, qPrintable(on ? QString() : on.error().text()));
    QCOMPARE(on->state(), VmState::Running);
    QVERIFY(waitGone(pid, {}));
    QVERIFY(m_fixture->pidOf(id) != pid);
}

void QemuBadDaysTest::keepsTheReasonWhenItIsKilledInTheMiddleOfAStart()
{
    PlainCall call;
    const VmSpec spec = m_fixture->echoSpec();
    QVERIFY(driver().create(spec, call));
    m_fixture->stopDriver();
    RunRecord record; // as it is written before QEMU runs; the process went with the agent
    record.process = *ProcessMark::of(::getpid());
    record.process.startTicks -= 1;
    record.isStarting = true;
    record.endedBy = StateReason::Guest;
    QVERIFY(VmFolder(m_fixture->folderOf(spec.id())).writeRun(record.toJson()));
    for (int i = 0; i < 2; ++i) {
        QVERIFY(m_fixture->startDriver());
        QCOMPARE(m_fixture->stateOf(spec.id()), VmState::Stopped);
        QCOMPARE(m_fixture->reasonOf(spec.id()), StateReason::Guest);
        m_fixture->stopDriver();
    }
    QVERIFY(m_fixture->startDriver());
}

/// The disk that hangs is a pipe without a reader in the place of the file that is about to be written.
void QemuBadDaysTest::showsVmsWhileADiskHangs()
{
    const VmId id = m_fixture->runEcho();
    QVERIFY(!m_fixture->runEcho().isNull());
    const QByteArray pipe = QFile::encodeName(m_fixture->folderOf(id) + QStringLiteral("/run.json.tmp"));
    QCOMPARE(::mkfifo(pipe.constData(), 0600), 0);
    std::atomic<pid_t> thread = 0;
    std::optional<Result<VmInfo>> off;
    std::jthread stopper([&] {
        thread = ::gettid();
        PlainCall call;
        off.emplace(driver().powerOff(id, {.force = true}, call));
    });
    const bool hangs = e2e::waitUntil(std::chrono::seconds(10), [&] {
        QFile where(QStringLiteral("/proc/self/task/%1/syscall").arg(thread));
        return where.open(QIODevice::ReadOnly) && where.readAll().startsWith(QByteArray::number(SYS_openat) + ' ');
    });
    auto listed = std::async(std::launch::async, [this] {
        PlainCall call;
        return driver().list(call);
    });
    const bool isShown = listed.wait_for(std::chrono::seconds(8)) == std::future_status::ready;
    const UniqueFd reader(::open(pipe.constData(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)); // it goes on
    stopper.join();
    QVERIFY(hangs);
    QVERIFY(isShown);
    QCOMPARE(listed.get()->size(), 2);
    QVERIFY2(*off, qPrintable(*off ? QString() : off->error().text()));
    QCOMPARE((*off)->reason(), StateReason::Requested);
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
