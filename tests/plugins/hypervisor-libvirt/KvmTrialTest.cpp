// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QDir>
#include <QtCore/QElapsedTimer>
#include <QtTest/QTest>

#include "LibvirtFixture.h"

using namespace ghost;

/// What `auto` does on this very machine, whatever its KVM is like.
class KvmTrialTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void neverFallsToTcgInSilence();
};

void KvmTrialTest::initTestCase()
{
    if (!LibvirtFixture::libvirtdRuns())
        QSKIP("no libvirtd on this machine");
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

QTEST_GUILESS_MAIN(KvmTrialTest)
#include "KvmTrialTest.moc"
