// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include <QtCore/QElapsedTimer>
#include <QtTest/QTest>

#include "LibvirtFixture.h"

using namespace ghost;
using namespace std::chrono_literals;

class GracefulStopTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup() { m_fixture.reset(); }
    void pressesThePowerButton();
    void givesUpOnADeafGuest();
    void cutsThePowerOnlyWhenAllowed();
    void endsAtOnceWhenCancelled();

private:
    VmId startGuest(bool deaf);
    std::unique_ptr<LibvirtFixture> m_fixture;
};

void GracefulStopTest::initTestCase()
{
    if (!LibvirtFixture::libvirtdRuns())
        QSKIP("no libvirtd on this machine");
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
    Call call(OperationId(), Call::Clock::now() + 60s, cancellation);
    QElapsedTimer timer;
    timer.start();
    Code code = Code::Unspecified;
    std::jthread stopper([&] {
        const auto off = m_fixture->driver.powerOff(id, {.graceSeconds = 50}, call);
        code = off ? Code::Unspecified : off.error().code();
    });
    cancellation->cancel();
    stopper.join();
    QCOMPARE(code, Code::Cancelled);
    QVERIFY2(timer.elapsed() < 5000, qPrintable(QString::number(timer.elapsed())));
}

QTEST_GUILESS_MAIN(GracefulStopTest)
#include "GracefulStopTest.moc"
