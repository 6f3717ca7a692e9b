// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QElapsedTimer>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include "SeedImage.h"
#include "StorageFixture.h"
#include "qemu-img/HelperProcess.h"

using namespace ghost;

class SeedImageTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;

private Q_SLOTS:
    void keepsEveryByte_data()
    {
        QTest::addColumn<qint64>("bytes");
        for (qint64 bytes : {0LL, 1LL, 511LL, 65536LL, 1300000LL, 1500000LL, 5000000LL, 16700000LL})
            QTest::addRow("%lld", static_cast<long long>(bytes)) << bytes;
    }
    void keepsEveryByte()
    {
        QFETCH(qint64, bytes);
        QByteArray content(bytes, '\0');
        for (qsizetype i = 0; i < content.size(); ++i)
            content[i] = static_cast<char>(i * 31 + i / 251);
        const QString path = m_folder.filePath("seed.img");
        const QMap<QString, QByteArray> files{
            {"user-data", content}, {"meta-data", "instance-id: 1\n"}, {"network-config", {}}};
        PatientCall call;
        const auto made = SeedImage::create(path, "CIDATA", files, call);
        QVERIFY2(made, made ? "" : qPrintable(made.error().text()));
        QCOMPARE(QFile(path).size(), SeedImage::fileBytes(files));

        HelperProcess mtype("mtype", "mtools");
        HelperProcess::Limits limits;
        limits.outputBytes = 32 << 20;
        mtype.setLimits(limits);
        for (auto file = files.begin(); file != files.end(); ++file) {
            const auto read = mtype.runToSuccess({"-i", path, "::" + file.key()}, call);
            QVERIFY2(read, read ? "" : qPrintable(read.error().text()));
            QCOMPARE(read->output, file.value());
        }
        const auto label = HelperProcess("mlabel", "mtools").runToSuccess({"-s", "-i", path, "::"}, call);
        QVERIFY(label->output.contains("Volume label is CIDATA"));
    }

    void takesMilliseconds()
    {
        PatientCall call;
        const QMap<QString, QByteArray> files{{"user-data", "#cloud-config\n"}, {"meta-data", "instance-id: 1\n"}};
        QVERIFY(SeedImage::create(m_folder.filePath("warm.img"), "CIDATA", files, call));
        QElapsedTimer timer;
        timer.start();
        QVERIFY(SeedImage::create(m_folder.filePath("timed.img"), "CIDATA", files, call));
        qInfo("a seed of two files: %lld ms", static_cast<long long>(timer.elapsed()));
        QVERIFY(timer.elapsed() < 2000); // generous: other tests run beside this one
    }
};

QTEST_GUILESS_MAIN(SeedImageTest)
#include "SeedImageTest.moc"
