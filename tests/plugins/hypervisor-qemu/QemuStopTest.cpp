// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <thread>

#include <QtCore/QDir>
#include <QtCore/QElapsedTimer>
#include <QtTest/QTest>

#include "PlayedQmp.h"
#include "QemuFixture.h"

using namespace ghost;

namespace {

/// Cancels when the power is about to be cut.
struct GoesAtTheCut : CallListener
{
    void progress(int, const QString &text) override
    {
        if (text.startsWith(QStringLiteral("cutting")))
            cancellation->cancel();
    }
    void log(LogLevel, const QString &) override {}
    std::shared_ptr<Cancellation> cancellation = std::make_shared<Cancellation>();
};

} // namespace

/// Ways to power off a real QEMU. (The guest agent's words are in GuestAgentTest: the little guest has none.)
class QemuStopTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init() { m_fixture = std::make_unique<QemuFixture>(); }
    void cleanup() { m_fixture.reset(); }

    void pressesThePowerButton();
    void pressesAgainForAGuestThatStillBoots();
    void givesUpOnADeafGuest();
    void cutsThePowerOfADeafGuestWhenAllowed();
    void cutsThePowerOfAPausedGuest();
    void leavesAPausedGuestAloneWithoutForce();
    void finishesACutWhoseCallerGoesMeanwhile();
    void cutsThePowerOnAFullDisk();
    void takesAGuestThatGoesMeanwhileForStopped();
    void isCancelledWithoutATrace();
    void remembersOverARestartThatItWasAsked();

private:
    QemuHypervisor &driver() { return *m_fixture->driver; }
    std::unique_ptr<QemuFixture> m_fixture;
};

void QemuStopTest::initTestCase()
{
    if (const QString why = QemuFixture::missing(); !why.isEmpty())
        QSKIP(qPrintable(why));
}

void QemuStopTest::pressesThePowerButton()
{
    PlainCall call;
    const VmId id = m_fixture->runEcho();
    QVERIFY(m_fixture->waitUntilUp(id));
    const auto off = driver().powerOff(id, {.graceSeconds = 20}, call);
    QVERIFY2(off, qPrintable(off ? QString() : off.error().text()));
    QCOMPARE(off->stoppedBy(), StopMethod::Acpi);
    QCOMPARE(off->state(), VmState::Stopped);
    QCOMPARE(off->reason(), StateReason::Requested);
}

/// At once after the start the button is lost: its firmware has not run yet.
void QemuStopTest::pressesAgainForAGuestThatStillBoots()
{
    PlainCall call;
    const VmId id = m_fixture->runEcho();
    const auto off = driver().powerOff(id, {.graceSeconds = 20}, call);
    QVERIFY2(off, qPrintable(off ? QString() : off.error().text()));
    QCOMPARE(off->stoppedBy(), StopMethod::Acpi);
}

void QemuStopTest::givesUpOnADeafGuest()
{
    PlainCall call;
    const VmId id = m_fixture->runEcho(true);
    QVERIFY(m_fixture->waitUntilUp(id));
    const auto off = driver().powerOff(id, {.graceSeconds = 1}, call);
    QVERIFY(!off);
    QCOMPARE(off.error().code(), Code::FailedPrecondition);
    QVERIFY2(off.error().hint().contains(QStringLiteral("--force")), qPrintable(off.error().hint()));
    QCOMPARE(m_fixture->stateOf(id), VmState::Running);
    // What happens now was not asked for.
    QCOMPARE(::kill(m_fixture->pidOf(id), SIGKILL), 0);
    QVERIFY(m_fixture->waitFor([&] { return m_fixture->stateOf(id) == VmState::Stopped; }));
    QCOMPARE(m_fixture->reasonOf(id), StateReason::Crashed);
}

void QemuStopTest::cutsThePowerOfADeafGuestWhenAllowed()
{
    PlainCall call;
    const VmId id = m_fixture->runEcho(true);
    QVERIFY(m_fixture->waitUntilUp(id));
    const auto off = driver().powerOff(id, {.graceSeconds = 1, .forceAfterGrace = true}, call);
    QVERIFY2(off, qPrintable(off ? QString() : off.error().text()));
    QCOMPARE(off->stoppedBy(), StopMethod::Forced);
    QCOMPARE(off->reason(), StateReason::Requested);
}

void QemuStopTest::cutsThePowerOfAPausedGuest()
{
    PlainCall call;
    const VmId id = m_fixture->runEcho();
    QVERIFY(driver().pause(id, call));
    QCOMPARE(driver().powerOff(id, {.force = true}, call)->stoppedBy(), StopMethod::Forced);
}

void QemuStopTest::leavesAPausedGuestAloneWithoutForce()
{
    PlainCall call;
    const VmId id = m_fixture->runEcho();
    QVERIFY(m_fixture->waitUntilUp(id));
    QVERIFY(driver().pause(id, call));
    QElapsedTimer clock;
    clock.start();
    const auto off = driver().powerOff(id, {.graceSeconds = 20}, call);
    QVERIFY(!off);
    QCOMPARE(off.error().code(), Code::FailedPrecondition);
    QVERIFY2(clock.elapsed() < 10'000, qPrintable(QString::number(clock.elapsed())));
    QCOMPARE(m_fixture->stateOf(id), VmState::Paused);
    QVERIFY(driver().resume(id, call));
    QVERIFY(m_fixture->waitUntilUp(id)); // nothing was pressed that it would hear of now
    QVERIFY(driver().pause(id, call));
    QCOMPARE(driver().powerOff(id, {.graceSeconds = 20, .forceAfterGrace = true}, call)->stoppedBy(),
             StopMethod::Forced);
}

void QemuStopTest::finishesACutWhoseCallerGoesMeanwhile()
{
    const VmId id = m_fixture->runEcho();
    GoesAtTheCut listener;
    Call call(OperationId(), Call::Clock::now() + std::chrono::seconds(30), listener.cancellation, &listener);
    const auto off = driver().powerOff(id, {.force = true}, call);
    QVERIFY2(off, qPrintable(off ? QString() : off.error().text()));
    QVERIFY(call.isCancelled());
    QCOMPARE(off->stoppedBy(), StopMethod::Forced);
    QCOMPARE(off->state(), VmState::Stopped);
    QCOMPARE(off->reason(), StateReason::Requested);
}

void QemuStopTest::cutsThePowerOnAFullDisk()
{
    PlainCall call;
    const auto runOnAFullDisk = [this] {
        const VmId id = m_fixture->runEcho();
        QDir(m_fixture->folderOf(id)).mkdir(QStringLiteral("run.json.tmp")); // no file can be made there
        return id;
    };
    const VmId cut = runOnAFullDisk();
    const auto off = driver().powerOff(cut, {.force = true}, call);
    QVERIFY2(off, qPrintable(off ? QString() : off.error().text()));
    QCOMPARE(off->reason(), StateReason::Requested);

    const VmId removed = runOnAFullDisk();
    const pid_t pid = m_fixture->pidOf(removed);
    QVERIFY(driver().remove(removed, call));
    QVERIFY(waitGone(pid, {}));

    const VmId refused = runOnAFullDisk();
    QVERIFY(!driver().powerOff(refused, {.graceSeconds = 1}, call));
    QCOMPARE(m_fixture->stateOf(refused), VmState::Running);
    QCOMPARE(::kill(m_fixture->pidOf(refused), SIGKILL), 0); // which was not asked for
    QVERIFY(m_fixture->waitFor([&] { return m_fixture->stateOf(refused) == VmState::Stopped; }));
    QCOMPARE(m_fixture->reasonOf(refused), StateReason::Crashed);
}

/// Its QEMU is gone before it was asked: that is what was wanted, and no error.
void QemuStopTest::takesAGuestThatGoesMeanwhileForStopped()
{
    PlainCall call;
    const VmId id = m_fixture->runEcho();
    const pid_t pid = m_fixture->pidOf(id);
    m_fixture->stopDriver();
    const PlayedQmp qemu(*VmFolder(m_fixture->folderOf(id)).listen(qmpSocket), id, QStringLiteral("running"),
                         [pid](const QString &command, const QJsonObject &) -> std::optional<QJsonValue> {
                             if (command == QStringLiteral("query-chardev"))
                                 ::kill(pid, SIGKILL);
                             return {};
                         });
    QVERIFY(m_fixture->startDriver());
    QCOMPARE(m_fixture->stateOf(id), VmState::Running);
    const auto off = driver().powerOff(id, {.graceSeconds = 1}, call);
    QVERIFY2(off, qPrintable(off ? QString() : off.error().text()));
    QCOMPARE(off->state(), VmState::Stopped);
    QCOMPARE(off->stoppedBy(), StopMethod::AlreadyStopped);
}

void QemuStopTest::isCancelledWithoutATrace()
{
    const VmId id = m_fixture->runEcho(true);
    QVERIFY(m_fixture->waitUntilUp(id));
    const auto cancellation = std::make_shared<Cancellation>();
    Call call(OperationId(), Call::Clock::now() + std::chrono::seconds(30), cancellation);
    std::jthread canceller([cancellation] {
        Signal never;
        Call pause(OperationId(), Call::Clock::now() + std::chrono::milliseconds(300));
        pause.wait(never);
        cancellation->cancel();
    });
    const auto off = driver().powerOff(id, {.graceSeconds = 20}, call);
    QVERIFY(!off);
    QCOMPARE(off.error().code(), Code::Cancelled);
    QCOMPARE(m_fixture->stateOf(id), VmState::Running);
}

void QemuStopTest::remembersOverARestartThatItWasAsked()
{
    PlainCall call;
    const VmId id = m_fixture->runEcho();
    QVERIFY(driver().powerOff(id, {.force = true}, call));
    QVERIFY(m_fixture->restartDriver());
    QCOMPARE(m_fixture->stateOf(id), VmState::Stopped);
    QCOMPARE(m_fixture->reasonOf(id), StateReason::Requested);
}

QTEST_GUILESS_MAIN(QemuStopTest)
#include "QemuStopTest.moc"
