// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <thread>

#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>
#include <QtCore/QScopeGuard>
#include <QtTest/QTest>

#include "LibvirtFixture.h"

using namespace ghost;
using namespace std::chrono_literals;

/// Stops the machine's libvirtd with SIGSTOP, so nothing else may use it meanwhile.
class StoppedDaemonTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void answersUnavailableAndComesBack();

private:
    pid_t m_libvirtd = 0;
};

void StoppedDaemonTest::initTestCase()
{
    QFile pidFile(QStringLiteral("/run/libvirtd.pid"));
    if (!LibvirtFixture::libvirtdRuns() || !pidFile.open(QIODevice::ReadOnly))
        QSKIP("no libvirtd on this machine that this user may stop");
    m_libvirtd = pidFile.readAll().trimmed().toInt();
    if (m_libvirtd <= 0 || ::kill(m_libvirtd, 0) < 0)
        QSKIP("no libvirtd on this machine that this user may stop");
}

void StoppedDaemonTest::answersUnavailableAndComesBack()
{
    LibvirtFixture fixture;
    QVERIFY(fixture.isUsable());
    PlainCall call;
    const VmSpec spec = fixture.echoSpec();
    QVERIFY(fixture.driver.create(spec, call));
    const VmSpec late = fixture.echoSpec();

    const auto goOn = qScopeGuard([this] { ::kill(m_libvirtd, SIGCONT); });
    QCOMPARE(::kill(m_libvirtd, SIGSTOP), 0);
    QElapsedTimer timer;
    timer.start();
    // Eight calls under way: seven questions, and the start of a VM, which will happen when libvirtd goes on.
    std::atomic<int> unavailable{0};
    {
        std::vector<std::jthread> callers;
        callers.emplace_back([&] {
            PlainCall mine;
            const auto created = fixture.driver.create(late, mine);
            unavailable += !created && created.error().code() == Code::Unavailable;
        });
        for (int i = 0; i < 7; ++i)
            callers.emplace_back([&] {
                PlainCall mine;
                const auto listed = fixture.driver.list(mine);
                unavailable += !listed && listed.error().code() == Code::Unavailable;
            });
    }
    QCOMPARE(unavailable, 8);
    qInfo("known to be stopped after %lld ms", timer.elapsed());
    QVERIFY(timer.elapsed() < 8000);
    QVERIFY(fixture.waitFor([&] { return fixture.context.health().status() == Health::Status::Down; }, 3s));

    timer.restart();
    const auto on = fixture.driver.powerOn(spec.id(), call);
    QVERIFY(!on);
    QCOMPARE(on.error().code(), Code::Unavailable);
    QVERIFY2(timer.elapsed() < 100, qPrintable(QString::number(timer.elapsed())));
    QVERIFY(!on.error().message().isEmpty());
    QVERIFY(!fixture.driver.capabilities().accelerators().isEmpty()); // from memory

    const int resyncs = fixture.context.count(DriverEvent::Kind::Resync);
    timer.restart();
    QCOMPARE(::kill(m_libvirtd, SIGCONT), 0);
    QVERIFY(fixture.waitFor([&] { return fixture.context.count(DriverEvent::Kind::Resync) > resyncs; }, 5s));
    qInfo("back after %lld ms", timer.elapsed());
    QCOMPARE(fixture.context.health().status(), Health::Status::Ready);

    // Events are delivered again, on the new connection.
    QVERIFY(fixture.driver.powerOn(spec.id(), call));
    QVERIFY(fixture.waitFor([&] { return fixture.context.count(DriverEvent::Kind::VmChanged, spec.id()) > 0; }));
    QVERIFY(fixture.driver.remove(late.id(), call));
}

QTEST_GUILESS_MAIN(StoppedDaemonTest)
#include "StoppedDaemonTest.moc"
