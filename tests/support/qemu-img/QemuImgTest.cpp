// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include "qemu-img/QemuImg.h"

using namespace ghost;
using namespace std::chrono_literals;

class QemuImgTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    QemuImg m_qemuImg;

    QString path(const char *name) const { return m_folder.filePath(QLatin1String(name)); }

private Q_SLOTS:
    void makesAndGrowsADisk()
    {
        Call call(OperationId::create(), Call::Clock::now() + 30s);
        QVERIFY(m_qemuImg.createEmpty(path("a.qcow2"), 1 << 30, call));
        QVERIFY(m_qemuImg.check(path("a.qcow2"), call));
        QVERIFY(m_qemuImg.resize(path("a.qcow2"), qint64(2) << 30, call));
        const auto info = m_qemuImg.info(path("a.qcow2"), call);
        QVERIFY(info);
        QCOMPARE(info->virtualBytes, qint64(2) << 30);
        QVERIFY(info->actualBytes > 0);
        QVERIFY(info->backingFile.isEmpty() && info->dataFile.isEmpty());
        QVERIFY(!m_qemuImg.resize(path("a.qcow2"), 1 << 30, call)); // qemu-img asks for --shrink
    }

    void writesTheBackingPathAsGiven()
    {
        Call call(OperationId::create(), Call::Clock::now() + 30s);
        QVERIFY(m_qemuImg.createEmpty(path("base.qcow2"), 1 << 30, call));
        QVERIFY(m_qemuImg.createOverlay(path("over.qcow2"), QStringLiteral("./base.qcow2"), qint64(50) << 30, call));
        QCOMPARE(m_qemuImg.info(path("over.qcow2"), call)->backingFile, QStringLiteral("./base.qcow2"));
    }

    void neverProbesAFormat()
    {
        Call call(OperationId::create(), Call::Clock::now() + 30s);
        QFile raw(path("raw.img"));
        QVERIFY(raw.open(QIODevice::WriteOnly));
        raw.write(QByteArray(1 << 20, '\0'));
        raw.close();
        QCOMPARE(m_qemuImg.info(path("raw.img"), call).error().code(), Code::FailedPrecondition);
        QVERIFY(!m_qemuImg.createOverlay(path("bad.qcow2"), QStringLiteral("raw.img"), 1 << 20, call));
    }

    void seesDamage()
    {
        Call call(OperationId::create(), Call::Clock::now() + 30s);
        QVERIFY(m_qemuImg.createEmpty(path("damaged.qcow2"), 1 << 30, call));
        QFile file(path("damaged.qcow2"));
        QVERIFY(file.open(QIODevice::ReadWrite));
        file.seek(3LL * 65536); // the L1 table: its first entry now points at the header
        file.write(QByteArray("\x80\0\0\0\0\0\0\0", 8));
        file.close();
        const auto checked = m_qemuImg.check(path("damaged.qcow2"), call);
        QCOMPARE(checked.error().code(), Code::InvalidArgument);
    }

    void saysWhichPackageIsMissing()
    {
        QCOMPARE(QemuImg(QStringLiteral("qemu-imp")).requireInstalled().error().hint(),
                 QStringLiteral("sudo apt install qemu-utils"));
    }
};

QTEST_GUILESS_MAIN(QemuImgTest)
#include "QemuImgTest.moc"
