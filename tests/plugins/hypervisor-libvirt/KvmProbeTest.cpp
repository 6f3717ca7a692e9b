// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "kvm/KvmProbe.h"

#include <cerrno>

#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include "support/AsNobody.h"

using namespace ghost;

class KvmProbeTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void findsNothingWrongWithAGoodDevice();
    void saysThatTheFirmwareHidesIt();
    void saysWhichModuleToLoad_data();
    void saysWhichModuleToLoad();
    void saysThatQemusUserMayNot();
    void saysThatItsOwnUserMayNot();
    void saysThatAnotherHypervisorHoldsIt();
    void passesOnWhatTheKernelSays();
    void offersTheOtherAccelerator();

private:
    KvmPaths paths(bool withDevice, const QByteArray &flags, int createResult);
    QTemporaryDir m_dir;
};

KvmPaths KvmProbeTest::paths(bool withDevice, const QByteArray &flags, int createResult)
{
    KvmPaths paths;
    paths.device = m_dir.filePath(QStringLiteral("kvm"));
    paths.cpuInfo = m_dir.filePath(QStringLiteral("cpuinfo"));
    paths.qemuUser = QStringLiteral("nobody");
    paths.createVm = [createResult](int) { return createResult; };
    QFile device(paths.device);
    device.remove();
    if (withDevice && device.open(QIODevice::WriteOnly))
        device.setPermissions(QFileDevice::Permissions(0x6666));
    QFile cpuInfo(paths.cpuInfo);
    if (cpuInfo.open(QIODevice::WriteOnly))
        cpuInfo.write("processor\t: 0\nflags\t\t: fpu " + flags + " sse2\n");
    return paths;
}

void KvmProbeTest::findsNothingWrongWithAGoodDevice()
{
    const KvmVerdict verdict = KvmProbe(paths(true, "svm", 0)).look();
    QVERIFY2(verdict.isUsable(), qPrintable(verdict.text()));
}

void KvmProbeTest::saysThatTheFirmwareHidesIt()
{
    const KvmVerdict verdict = KvmProbe(paths(false, "", 0)).look();
    QVERIFY(!verdict.isUsable());
    QVERIFY2(verdict.problem.contains(QStringLiteral("firmware")), qPrintable(verdict.problem));
    QVERIFY2(verdict.hint.contains(QStringLiteral("AMD-V")), qPrintable(verdict.hint));
}

void KvmProbeTest::saysWhichModuleToLoad_data()
{
    QTest::addColumn<QByteArray>("flag");
    QTest::addColumn<QString>("command");
    QTest::newRow("intel") << QByteArray("vmx") << QStringLiteral("modprobe kvm_intel");
    QTest::newRow("amd") << QByteArray("svm") << QStringLiteral("modprobe kvm_amd");
}

void KvmProbeTest::saysWhichModuleToLoad()
{
    QFETCH(QByteArray, flag);
    QFETCH(QString, command);
    const KvmVerdict verdict = KvmProbe(paths(false, flag, 0)).look();
    QVERIFY(!verdict.isUsable());
    QVERIFY2(verdict.hint.contains(command), qPrintable(verdict.hint));
}

void KvmProbeTest::saysThatQemusUserMayNot()
{
    const KvmPaths places = paths(true, "svm", 0);
    QFile::setPermissions(places.device, QFileDevice::ReadOwner | QFileDevice::WriteOwner);
    const KvmVerdict verdict = KvmProbe(places).look();
    QVERIFY(!verdict.isUsable());
    QVERIFY2(verdict.problem.contains(QStringLiteral("'nobody' may not open")), qPrintable(verdict.problem));
    QVERIFY2(verdict.hint.contains(QStringLiteral("chmod 660 ") + places.device), qPrintable(verdict.hint));
}

/// For drivers that start QEMU themselves.
void KvmProbeTest::saysThatItsOwnUserMayNot()
{
    KvmPaths places = paths(true, "svm", 0);
    places.qemuUser.clear();
    QVERIFY(KvmProbe(places).look().isUsable());
    QFile::setPermissions(m_dir.path(), QFileDevice::Permissions(0x7755));
    QFile::setPermissions(places.device, QFileDevice::ReadOwner | QFileDevice::WriteOwner);
    const AsNobody nobody;
    if (!nobody.isActive())
        QSKIP("cannot become another user");
    if (::geteuid() == QFileInfo(places.device).ownerId())
        QSKIP("needs root, to become somebody whom the device does not belong to");
    const KvmVerdict verdict = KvmProbe(places).look();
    QVERIFY(!verdict.isUsable());
    QVERIFY2(verdict.problem.contains(QStringLiteral("this agent's user may not open")), qPrintable(verdict.problem));
    QVERIFY2(verdict.hint.contains(QStringLiteral("usermod -aG kvm")), qPrintable(verdict.hint));
}

void KvmProbeTest::saysThatAnotherHypervisorHoldsIt()
{
    const KvmVerdict verdict = KvmProbe(paths(true, "vmx", EBUSY)).look();
    QVERIFY(!verdict.isUsable());
    QVERIFY2(verdict.problem.contains(QStringLiteral("another hypervisor")), qPrintable(verdict.problem));
}

void KvmProbeTest::passesOnWhatTheKernelSays()
{
    const KvmVerdict verdict = KvmProbe(paths(true, "vmx", ENODEV)).look();
    QVERIFY(!verdict.isUsable());
    QVERIFY2(verdict.problem.contains(QStringLiteral("No such device")), qPrintable(verdict.problem));
}

void KvmProbeTest::offersTheOtherAccelerator()
{
    const Error error = KvmProbe(paths(false, "vmx", 0)).look().toError();
    QCOMPARE(error.code(), Code::FailedPrecondition);
    QCOMPARE(error.field(), QStringLiteral("accelerator"));
    QVERIFY2(error.hint().contains(QStringLiteral("--accel tcg")), qPrintable(error.hint()));
}

QTEST_GUILESS_MAIN(KvmProbeTest)
#include "KvmProbeTest.moc"
