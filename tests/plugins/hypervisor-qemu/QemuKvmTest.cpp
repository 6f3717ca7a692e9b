// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QTest>

#include "KvmTrial.h"
#include "QemuFixture.h"
#include "QemuProgram.h"

using namespace ghost;

/// What `auto` means; runs anywhere, since each outcome on each host has its rule.
class QemuKvmTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void runsTheTrialGuestToItsEnd();
    void seesAGuestThatDies();
    void neverFallsToTcgInSilence();
};

void QemuKvmTest::initTestCase()
{
    if (const QString why = QemuFixture::missing(); !why.isEmpty())
        QSKIP(qPrintable(why));
}

/// Under TCG, where it works on every machine.
void QemuKvmTest::runsTheTrialGuestToItsEnd()
{
    PlainCall call;
    QTemporaryDir folder;
    QemuProgram program(QStringLiteral("qemu-system-x86_64"));
    const auto type = program.newestMachine(call);
    QVERIFY2(type, qPrintable(type ? QString() : type.error().text()));
    const Machine machine{*type, QStringLiteral("Nehalem"), Accelerator::Tcg};
    const auto verdict = KvmTrial(folder.path()).run(*program.locate(), machine, call);
    QVERIFY2(verdict, qPrintable(verdict ? QString() : verdict.error().text()));
    QVERIFY2(verdict->isUsable(), qPrintable(verdict->text()));
    QVERIFY(QDir(folder.path()).isEmpty());
}

void QemuKvmTest::seesAGuestThatDies()
{
    PlainCall call;
    QTemporaryDir folder;
    const Machine machine{QStringLiteral("q35"), QStringLiteral("no such CPU"), Accelerator::Tcg};
    const auto verdict = KvmTrial(folder.path()).run(QStringLiteral("/usr/bin/qemu-system-x86_64"), machine, call);
    QVERIFY(verdict);
    QVERIFY(!verdict->isUsable());
    QVERIFY2(verdict->problem.contains(QStringLiteral("no such CPU")), qPrintable(verdict->problem));
}

void QemuKvmTest::neverFallsToTcgInSilence()
{
    PlainCall call;
    QemuFixture fixture;
    VmSpec spec = fixture.echoSpec();
    spec.setAccelerator(Accelerator::Auto);
    const auto created = fixture.driver->create(spec, call);
    const Capabilities capabilities = fixture.driver->capabilities();
    QCOMPARE(capabilities.accelerators().contains(Accelerator::Kvm), created.has_value());
    if (created) {
        QCOMPARE(created->accelerator(), Accelerator::Kvm);
        return;
    }
    QCOMPARE(created.error().code(), Code::FailedPrecondition);
    QCOMPARE(created.error().field(), QStringLiteral("accelerator"));
    QVERIFY2(created.error().hint().contains(QStringLiteral("--accel tcg")), qPrintable(created.error().hint()));
    QVERIFY2(!capabilities.kvmProblem().isEmpty(), "the problem must be told");
    QCOMPARE(fixture.driver->list(call)->size(), 0);
}

QTEST_GUILESS_MAIN(QemuKvmTest)
#include "QemuKvmTest.moc"
