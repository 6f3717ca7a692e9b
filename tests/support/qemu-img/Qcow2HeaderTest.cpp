// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <functional>

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtCore/QtEndian>
#include <QtTest/QTest>

#include "qemu-img/HelperProcess.h"
#include "qemu-img/Qcow2Header.h"
#include "qemu-img/QemuImg.h"

using namespace ghost;
using namespace std::chrono_literals;

namespace {

using Change = std::function<void(QByteArray &)>;

Change word(int offset, quint32 value)
{
    return [=](QByteArray &bytes) { qToBigEndian(value, bytes.data() + offset); };
}

Change longWord(int offset, quint64 value)
{
    return [=](QByteArray &bytes) { qToBigEndian(value, bytes.data() + offset); };
}

Change cutTo(qsizetype size)
{
    return [=](QByteArray &bytes) { bytes.truncate(size); };
}

} // namespace

Q_DECLARE_METATYPE(Change)

class Qcow2HeaderTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    QByteArray m_good;

    QString path(const char *name) const { return m_folder.filePath(QLatin1String(name)); }
    static Call call() { return Call(OperationId::create(), Call::Clock::now() + 30s); }
    void write(const QString &file, const QByteArray &bytes) const
    {
        QFile out(file);
        QVERIFY(out.open(QIODevice::WriteOnly));
        out.write(bytes);
    }
    void qemuImg(const QStringList &arguments) const
    {
        Call call(OperationId::create(), Call::Clock::now() + 30s);
        const auto outcome =
            HelperProcess(QStringLiteral("qemu-img"), QStringLiteral("qemu-utils")).runToSuccess(arguments, call);
        QVERIFY2(outcome, outcome ? "" : qPrintable(outcome.error().text()));
    }

private Q_SLOTS:
    void initTestCase()
    {
        qemuImg({"create", "-q", "-f", "qcow2", path("good.qcow2"), "1G"});
        QFile file(path("good.qcow2"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        m_good = file.readAll();
    }

    void readsWhatQemuImgMakes_data()
    {
        QTest::addColumn<QString>("options");
        for (const char *options :
             {"compat=1.1", "compat=0.10", "cluster_size=512", "cluster_size=2M", "extended_l2=on",
              "compression_type=zstd", "lazy_refcounts=on", "preallocation=metadata"})
            QTest::addRow("%s", options) << QString::fromLatin1(options);
    }
    void readsWhatQemuImgMakes()
    {
        QFETCH(QString, options);
        qemuImg({"create", "-q", "-f", "qcow2", "-o", options, path("made.qcow2"), "3221225984"});
        const auto header = Qcow2Header::readFile(path("made.qcow2"));
        QVERIFY2(header, header ? "" : qPrintable(header.error().text()));
        QCOMPARE(header->virtualBytes(), qint64(3221225984));
        QVERIFY(header->requireSelfContained());
    }

    void findsTheBackingFile()
    {
        qemuImg({"create", "-q", "-f", "qcow2", "-b", "good.qcow2", "-F", "qcow2", path("overlay.qcow2"), "2G"});
        const auto header = Qcow2Header::readFile(path("overlay.qcow2"));
        QVERIFY(header);
        QCOMPARE(header->backingFile(), QStringLiteral("good.qcow2"));
        QCOMPARE(header->requireSelfContained().error().code(), Code::InvalidArgument);
        QVERIFY(header->requireSelfContained().error().message().contains(QStringLiteral("'good.qcow2'")));
    }

    void findsTheExternalDataFile()
    {
        qemuImg({"create", "-q", "-f", "qcow2", "-o", "data_file=" + path("data.raw"), path("external.qcow2"), "1G"});
        const auto header = Qcow2Header::readFile(path("external.qcow2"));
        QVERIFY(header);
        QVERIFY(header->hasDataFile());
        QCOMPARE(header->requireSelfContained().error().code(), Code::InvalidArgument);
    }

    void refuses_data()
    {
        QTest::addColumn<Change>("change");
        QTest::addColumn<QString>("text");
        QTest::newRow("empty") << cutTo(0) << "not a qcow2 image";
        QTest::newRow("three bytes") << cutTo(3) << "not a qcow2 image";
        QTest::newRow("only magic") << cutTo(4) << "within its header";
        QTest::newRow("half a header") << cutTo(71) << "within its header";
        QTest::newRow("version 3 with a header of version 2") << cutTo(80) << "within its header";
        QTest::newRow("only the header") << cutTo(112) << "behind its end";
        QTest::newRow("L1 table cut") << cutTo(3LL * 65536) << "behind its end";
        QTest::newRow("other magic") << word(0, 0x51464900) << "not a qcow2 image";
        QTest::newRow("version 1") << word(4, 1) << "version 1";
        QTest::newRow("version 4") << word(4, 4) << "version 4";
        QTest::newRow("clusters too small") << word(20, 8) << "cluster size";
        QTest::newRow("clusters huge") << word(20, 63) << "cluster size";
        QTest::newRow("no disk") << longWord(24, 0) << "not plausible";
        QTest::newRow("65 TiB") << longWord(24, quint64(65) << 40) << "not plausible";
        QTest::newRow("size of all ones") << longWord(24, ~quint64(0)) << "not plausible";
        QTest::newRow("L1 too short for the size") << longWord(24, quint64(10) << 40) << "tables";
        QTest::newRow("L1 huge") << word(36, 0xffffffff) << "tables";
        QTest::newRow("L1 behind the end") << longWord(40, ~quint64(0)) << "behind its end";
        QTest::newRow("refcounts behind the end") << longWord(48, quint64(1) << 62) << "behind its end";
        QTest::newRow("refcounts huge") << word(56, 0xffffffff) << "tables";
        QTest::newRow("unknown feature") << longWord(72, 1 << 5) << "not known here";
        QTest::newRow("unknown top feature") << longWord(72, quint64(1) << 63) << "not known here";
        QTest::newRow("corrupt bit") << longWord(72, 2) << "corrupt";
        QTest::newRow("backing name behind the end") << Change([](QByteArray &bytes) {
            longWord(8, quint64(1) << 40)(bytes);
            word(16, 10)(bytes);
        }) << "damaged";
        QTest::newRow("backing name of 4 GB") << Change([](QByteArray &bytes) {
            longWord(8, 512)(bytes);
            word(16, 0xffffffff)(bytes);
        }) << "damaged";
        QTest::newRow("raw disk") << Change([](QByteArray &bytes) { bytes.fill('\0'); }) << "not a qcow2 image";
    }
    void refuses()
    {
        QFETCH(Change, change);
        QFETCH(QString, text);
        QByteArray bytes = m_good;
        change(bytes);
        write(path("bad.qcow2"), bytes);
        const auto header = Qcow2Header::readFile(path("bad.qcow2"));
        QVERIFY(!header);
        QCOMPARE(header.error().code(), Code::InvalidArgument);
        QVERIFY2(header.error().message().contains(text), qPrintable(header.error().message()));
    }

    void countsAnEmptyBackingNameAsOne()
    {
        QByteArray bytes = m_good;
        longWord(8, 512)(bytes);
        word(16, 0)(bytes);
        write(path("bad.qcow2"), bytes);
        QVERIFY(!Qcow2Header::readFile(path("bad.qcow2"))->requireSelfContained());
    }

    void refusesEncryptedImages()
    {
        QByteArray bytes = m_good;
        word(32, 2)(bytes);
        write(path("bad.qcow2"), bytes);
        QVERIFY(!Qcow2Header::readFile(path("bad.qcow2"))->requireSelfContained());
    }

    void opensNothingButRegularFiles()
    {
        QVERIFY(QFile::link(path("good.qcow2"), path("link.qcow2")));
        QCOMPARE(Qcow2Header::readFile(path("link.qcow2")).error().code(), Code::FailedPrecondition);
        QCOMPARE(Qcow2Header::readFile(QStringLiteral("/dev/zero")).error().code(), Code::InvalidArgument);
        QCOMPARE(Qcow2Header::readFile(m_folder.path()).error().code(), Code::InvalidArgument);
        QCOMPARE(Qcow2Header::readFile(path("nothing")).error().code(), Code::FailedPrecondition);
    }

    void survivesEveryChangedByteAndEveryLength()
    {
        for (int at = 0; at < 112; ++at) {
            for (int value : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
                QByteArray bytes = m_good;
                bytes[at] = static_cast<char>(value);
                write(path("fuzz.qcow2"), bytes);
                (void)Qcow2Header::readFile(path("fuzz.qcow2")); // asan and ubsan look on
            }
            write(path("fuzz.qcow2"), m_good.left(at));
            QVERIFY(!Qcow2Header::readFile(path("fuzz.qcow2")));
        }
    }
};

QTEST_GUILESS_MAIN(Qcow2HeaderTest)
#include "Qcow2HeaderTest.moc"
