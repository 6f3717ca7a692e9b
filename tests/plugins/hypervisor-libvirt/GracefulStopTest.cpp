// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <functional>
#include <thread>
#include <tuple>

#include <sys/socket.h>

#include <QtCore/QElapsedTimer>
#include <QtCore/QScopeGuard>
#include <QtTest/QTest>

#include "LibvirtFixture.h"
#include "support/libvirt/StallingProxy.h"

using namespace ghost;
using namespace std::chrono_literals;

namespace {

// libvirt's remote_protocol.x
constexpr quint32 destroyFlagsProcedure = 234;
constexpr quint32 shutdownFlagsProcedure = 258;

const QString powerButton = QStringLiteral("pressing the ACPI power button");

/// Does something, once, when the call has come as far as a step.
class AtStep : public CallListener
{
public:
    AtStep(QString step, std::function<void()> then)
        : m_step(std::move(step))
        , m_then(std::move(then))
    {}
    void progress(int, const QString &text) override
    {
        if (text == m_step)
            m_then();
    }
    void log(LogLevel, const QString &) override {}

private:
    QString m_step;
    std::function<void()> m_then;
};

} // namespace

class GracefulStopTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup() { m_fixture.reset(); }
    void theGuestAgentComesFirst();
    void pressesThePowerButton();
    void givesUpOnADeafGuest();
    void cutsThePowerOnlyWhenAllowed();
    void endsAtOnceWhenCancelled();
    void leavesTheConnectionsForOthers();
    void aCrashAfterACancelledStopIsACrash();
    void aCrashAfterAFailedRemoveIsACrash();

private:
    VmId startGuest(bool deaf);
    std::unique_ptr<LibvirtFixture> m_fixture;
};

void GracefulStopTest::initTestCase()
{
    if (!LibvirtFixture::libvirtdRuns())
        QSKIP("no libvirtd on this machine");
    std::signal(SIGPIPE, SIG_IGN); // as in the agent: libvirt writes to connections that were cut
}

void GracefulStopTest::init()
{
    m_fixture = std::make_unique<LibvirtFixture>();
    QVERIFY(m_fixture->isUsable());
}

VmId GracefulStopTest::startGuest(bool deaf)
{
    PlainCall call;
    const VmSpec spec = m_fixture->echoSpec(deaf);
    const bool up = m_fixture->driver.create(spec, call) && m_fixture->driver.powerOn(spec.id(), call) &&
                    m_fixture->waitUntilUp(spec.id());
    return up ? spec.id() : VmId();
}

/// Its part is played: a real one needs a kernel. As with that one the guest goes down, and libvirt answers no earlier.
void GracefulStopTest::theGuestAgentComesFirst()
{
    StallingProxy proxy;
    m_fixture = std::make_unique<LibvirtFixture>(proxy.uri());
    const auto endsFirst = qScopeGuard([this] { m_fixture.reset(); });
    QVERIFY(m_fixture->isUsable());
    PlainCall call;
    const VmSpec spec = m_fixture->echoSpec(true);
    QVERIFY(m_fixture->driver.create(spec, call) && m_fixture->driver.powerOn(spec.id(), call));
    const UniqueFd console = m_fixture->waitUntilUp(spec.id());
    QVERIFY(console);
    proxy.swallow(shutdownFlagsProcedure);
    const std::jthread agent([&] {
        PlainCall patient;
        if (patient.wait(proxy.swallowed) == Call::Wake::Raised)
            ::send(console.get(), "q", 1, MSG_NOSIGNAL);
    });
    const auto off = m_fixture->driver.powerOff(spec.id(), {.graceSeconds = 30}, call);
    QVERIFY2(off, qPrintable(off ? QString() : off.error().text()));
    QCOMPARE(off->stoppedBy(), StopMethod::GuestAgent);
    QCOMPARE(off->reason(), StateReason::Requested);
}

void GracefulStopTest::pressesThePowerButton()
{
    const VmId id = startGuest(false);
    QVERIFY(!id.isNull());
    PlainCall call;
    QElapsedTimer timer;
    timer.start();
    const auto off = m_fixture->driver.powerOff(id, {.graceSeconds = 20}, call);
    QVERIFY2(off, qPrintable(off ? QString() : off.error().text()));
    qInfo("down after %lld ms", timer.elapsed());
    QCOMPARE(off->stoppedBy(), StopMethod::Acpi);
    QCOMPARE(off->reason(), StateReason::Requested);
    QCOMPARE(off->state(), VmState::Stopped);
}

void GracefulStopTest::givesUpOnADeafGuest()
{
    const VmId id = startGuest(true);
    QVERIFY(!id.isNull());
    PlainCall call;
    const auto off = m_fixture->driver.powerOff(id, {.graceSeconds = 1}, call);
    QVERIFY(!off);
    QCOMPARE(off.error().code(), Code::FailedPrecondition);
    QVERIFY(off.error().hint().contains(QStringLiteral("--force")));
    QCOMPARE(m_fixture->stateOf(id), VmState::Running);
}

void GracefulStopTest::cutsThePowerOnlyWhenAllowed()
{
    const VmId id = startGuest(true);
    QVERIFY(!id.isNull());
    PlainCall call;
    const auto off = m_fixture->driver.powerOff(id, {.graceSeconds = 1, .forceAfterGrace = true}, call);
    QVERIFY2(off, qPrintable(off ? QString() : off.error().text()));
    QCOMPARE(off->stoppedBy(), StopMethod::Forced);
}

void GracefulStopTest::endsAtOnceWhenCancelled()
{
    const VmId id = startGuest(true);
    QVERIFY(!id.isNull());
    const auto cancellation = std::make_shared<Cancellation>();
    Signal waits;
    AtStep listener(powerButton, [&] { waits.raise(); });
    Call call(OperationId(), Call::Clock::now() + 60s, cancellation, &listener);
    Code code = Code::Unspecified;
    std::jthread stopper([&] {
        const auto off = m_fixture->driver.powerOff(id, {.graceSeconds = 50}, call);
        code = off ? Code::Unspecified : off.error().code();
    });
    PlainCall patient;
    QCOMPARE(patient.wait(waits), Call::Wake::Raised);
    QElapsedTimer timer;
    timer.start();
    cancellation->cancel();
    stopper.join();
    QCOMPARE(code, Code::Cancelled);
    QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
}

/// libvirt answers a shutdown through the guest agent when the guest is down, and not before.
void GracefulStopTest::leavesTheConnectionsForOthers()
{
    StallingProxy proxy;
    m_fixture = std::make_unique<LibvirtFixture>(proxy.uri(), 1);
    const auto endsFirst = qScopeGuard([this] { m_fixture.reset(); });
    QVERIFY(m_fixture->isUsable());
    const VmId id = startGuest(true);
    QVERIFY(!id.isNull());
    proxy.swallow(shutdownFlagsProcedure);
    const auto cancellation = std::make_shared<Cancellation>();
    std::jthread stopper([&] {
        Call call(OperationId(), Call::Clock::now() + 60s, cancellation);
        std::ignore = m_fixture->driver.powerOff(id, {.graceSeconds = 50}, call);
    });
    const auto cancel = qScopeGuard([&] { cancellation->cancel(); });
    PlainCall patient;
    QCOMPARE(patient.wait(proxy.swallowed), Call::Wake::Raised);

    QElapsedTimer timer;
    timer.start();
    PlainCall call(5s);
    const auto seen = m_fixture->driver.inspect(id, call);
    qInfo("inspected in %lld ms", timer.elapsed());
    QVERIFY2(seen, qPrintable(seen ? QString() : seen.error().text()));
    QVERIFY(timer.elapsed() < 1000);
}

void GracefulStopTest::aCrashAfterACancelledStopIsACrash()
{
    const VmId id = startGuest(true);
    QVERIFY(!id.isNull());
    const auto cancellation = std::make_shared<Cancellation>();
    AtStep listener(powerButton, [&] { cancellation->cancel(); });
    PlainCall call;
    for (const bool cancelled : {true, false}) {
        Call stop(OperationId(), Call::Clock::now() + (cancelled ? 60s : 1s), cancelled ? cancellation : nullptr,
                  &listener);
        const auto off = m_fixture->driver.powerOff(id, {.graceSeconds = 50}, stop);
        QVERIFY(!off);
        QCOMPARE(off.error().code(), cancelled ? Code::Cancelled : Code::DeadlineExceeded);
        QVERIFY(m_fixture->crash(id));
        QCOMPARE(m_fixture->driver.inspect(id, call)->reason(), StateReason::Crashed);
        QVERIFY(m_fixture->driver.powerOn(id, call));
    }
}

void GracefulStopTest::aCrashAfterAFailedRemoveIsACrash()
{
    StallingProxy proxy;
    m_fixture = std::make_unique<LibvirtFixture>(proxy.uri());
    const auto endsFirst = qScopeGuard([this] { m_fixture.reset(); });
    QVERIFY(m_fixture->isUsable());
    const VmId id = startGuest(true);
    QVERIFY(!id.isNull());
    proxy.swallow(destroyFlagsProcedure);
    std::jthread cutter([&] {
        PlainCall patient;
        patient.wait(proxy.swallowed);
        proxy.cut();
    });
    PlainCall call;
    const auto removed = m_fixture->driver.remove(id, call);
    cutter.join();
    proxy.swallow(0);
    QVERIFY(!removed);
    QCOMPARE(removed.error().code(), Code::Unavailable);
    QVERIFY(m_fixture->waitFor([&] { return m_fixture->stateOf(id) == VmState::Running; })); // connected again
    QVERIFY(m_fixture->crash(id));
    QCOMPARE(m_fixture->driver.inspect(id, call)->reason(), StateReason::Crashed);
}

QTEST_GUILESS_MAIN(GracefulStopTest)
#include "GracefulStopTest.moc"
