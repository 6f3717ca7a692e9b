// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <thread>
#include <tuple>

#include <QtCore/QDir>
#include <QtCore/QElapsedTimer>
#include <QtCore/QScopeGuard>
#include <QtTest/QTest>

#include "LibvirtFixture.h"
#include "support/libvirt/StallingProxy.h"

using namespace ghost;
using namespace std::chrono_literals;

/// What `auto` does on this very machine, whatever its KVM is like.
class KvmTrialTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void neverFallsToTcgInSilence();
    void whoWaitsForTheTrialCanBeCalledOff();
    void removesWhatAKilledTrialLeft();
};

void KvmTrialTest::initTestCase()
{
    if (!LibvirtFixture::libvirtdRuns())
        QSKIP("no libvirtd on this machine");
    std::signal(SIGPIPE, SIG_IGN); // as in the agent: libvirt writes to connections that were cut
}

void KvmTrialTest::neverFallsToTcgInSilence()
{
    LibvirtFixture fixture;
    QVERIFY(fixture.isUsable());
    PlainCall call;
    VmSpec spec = fixture.echoSpec();
    spec.setAccelerator(Accelerator::Auto);
    QElapsedTimer timer;
    timer.start();
    const auto first = fixture.driver.create(spec, call);
    qInfo("first create with auto: %lld ms: %s", timer.elapsed(),
          qPrintable(first ? acceleratorName(first->accelerator()) : first.error().text()));
    if (first) {
        QCOMPARE(first->accelerator(), Accelerator::Kvm);
        QVERIFY(fixture.driver.capabilities().kvmProblem().isEmpty());
    } else {
        QCOMPARE(first.error().code(), Code::FailedPrecondition);
        QVERIFY(first.error().hint().contains(QStringLiteral("--accel tcg")));
        QCOMPARE(fixture.driver.capabilities().accelerators(), QList{Accelerator::Tcg});
        QVERIFY(!fixture.driver.capabilities().kvmProblem().isEmpty());
        QVERIFY(fixture.driver.list(call)->isEmpty());
    }
    // Remembered: the second time no guest is started.
    timer.restart();
    QCOMPARE(fixture.driver.create(spec, call).has_value(), first.has_value());
    qInfo("second: %lld ms", timer.elapsed());
    QVERIFY(timer.elapsed() < 2000);
    QVERIFY(QDir(fixture.context.folder(Folder::Disks)).entryList({QStringLiteral("*trial*")}).isEmpty());
}

void KvmTrialTest::whoWaitsForTheTrialCanBeCalledOff()
{
    constexpr quint32 createXmlProcedure = 10; // libvirt's remote_protocol.x
    StallingProxy proxy;
    LibvirtFixture fixture(proxy.uri());
    QVERIFY(fixture.isUsable());
    if (!fixture.driver.capabilities().kvmProblem().isEmpty())
        QSKIP("no KVM here that could be tried");
    VmSpec spec = fixture.echoSpec();
    spec.setAccelerator(Accelerator::Auto);
    proxy.swallow(createXmlProcedure); // the trial guest neither starts nor fails
    std::jthread first([&] {
        PlainCall call;
        std::ignore = fixture.driver.create(spec, call);
    });
    const auto endFirst = qScopeGuard([&] { proxy.cut(); });
    PlainCall patient;
    QCOMPARE(patient.wait(proxy.swallowed), Call::Wake::Raised);

    VmSpec other = fixture.echoSpec();
    other.setAccelerator(Accelerator::Auto);
    const auto cancellation = std::make_shared<Cancellation>();
    Code cancelled = Code::Unspecified;
    Code late = Code::Unspecified;
    const auto codeOf = [&](Call &call) {
        const auto created = fixture.driver.create(other, call);
        return created ? Code::Unspecified : created.error().code();
    };
    QElapsedTimer timer;
    timer.start();
    {
        std::jthread second([&] {
            Call call(OperationId(), Call::Clock::now() + 60s, cancellation);
            cancelled = codeOf(call);
        });
        std::jthread third([&] {
            PlainCall call(300ms);
            late = codeOf(call);
        });
        // Whoever cannot be called off is let go by the end of the trial.
        const std::jthread end([&](const std::stop_token &stop) {
            Signal over;
            const std::stop_callback wake(stop, [&] { over.raise(); });
            if (PlainCall(5s).wait(over) != Call::Wake::Raised)
                proxy.cut();
        });
        third.join();
        cancellation->cancel(); // by now the second waits, too
        second.join();
    }
    QCOMPARE(cancelled, Code::Cancelled);
    QCOMPARE(late, Code::DeadlineExceeded);
    QVERIFY(timer.elapsed() < 3000);
}

/// Only this agent's: another one may be at its trial.
void KvmTrialTest::removesWhatAKilledTrialLeft()
{
    LibvirtFixture fixture;
    QVERIFY(fixture.isUsable());
    const QDir disks(fixture.context.folder(Folder::Disks));
    const QString own = fixture.context.agentId().shortString();
    for (const QString &agent : {own, QStringLiteral("00000000")}) {
        QFile left(disks.filePath(QStringLiteral("ghost-trial-%1-12345678.img").arg(agent)));
        QVERIFY(left.open(QIODevice::WriteOnly));
    }
    PlainCall call;
    QVERIFY(fixture.driver.deactivate(call));
    QVERIFY(fixture.driver.activate(fixture.context, {}, call));
    QCOMPARE(disks.entryList(QDir::Files), QStringList{QStringLiteral("ghost-trial-00000000-12345678.img")});
}

QTEST_GUILESS_MAIN(KvmTrialTest)
#include "KvmTrialTest.moc"
