// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <sys/stat.h>

#include "FakeServer.h"
#include "Ghostctl.h"
#include "ghost/proto/Status.h"

class ImageImportTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void sendsTheFileByteForByte();
    void saysWhyItWasRefused();
    void refusesWhatIsNoFile_data();
    void refusesWhatIsNoFile();
    void interruptCancels();

private:
    QString newFile(const char *name, const QByteArray &bytes);

    QTemporaryDir m_folder;
};

QString ImageImportTest::newFile(const char *name, const QByteArray &bytes)
{
    QFile file(m_folder.filePath(name));
    if (file.open(QIODevice::WriteOnly))
        file.write(bytes);
    return file.fileName();
}

void ImageImportTest::sendsTheFileByteForByte()
{
    QByteArray bytes(5 * 1024 * 1024 + 17, Qt::Uninitialized);
    QRandomGenerator random(42);
    for (char &byte : bytes)
        byte = char(random.generate());
    const QString file = newFile("image.qcow2", bytes);
    FakeServer server;
    const auto outcome = Ghostctl::run({"--root", server.root(), "image", "import", "--name", "mini", file});
    QVERIFY2(outcome.exitCode == 0, qPrintable(outcome.err));
    QCOMPARE(outcome.out, QString("imported (name: mini, disk: 5.0 MiB)\n"));
    QCOMPARE(outcome.err, QString("send 5.0 MiB\ncheck image\n"));
    QVERIFY(server.uploaded() == bytes.toStdString());
}

void ImageImportTest::saysWhyItWasRefused()
{
    FakeServer server;
    server.refusal = ghost::toStatus(ghost::Error(ghost::Code::AlreadyExists, "image 'mini' is there"));
    const QString file = newFile("image.qcow2", QByteArray(3LL * 1024 * 1024, 'x'));
    const auto outcome = Ghostctl::run({"--root", server.root(), "image", "import", "--name", "mini", file});
    QCOMPARE(outcome.exitCode, 12);
    QVERIFY2(outcome.err.endsWith("ghostctl: image import: image 'mini' is there\n"), qPrintable(outcome.err));
}

void ImageImportTest::refusesWhatIsNoFile_data()
{
    const QString pipe = m_folder.filePath("pipe");
    ::mkfifo(qPrintable(pipe), 0600);
    QTest::addColumn<QString>("file");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QString>("why");
    QTest::newRow("folder") << m_folder.path() << 10 << QString("is a folder, not a file");
    QTest::newRow("pipe") << pipe << 10 << QString("is a pipe, not a file");
    QTest::newRow("device") << QString("/dev/zero") << 10 << QString("is a device, not a file");
    QTest::newRow("empty") << newFile("empty", {}) << 10 << QString("is empty");
    QTest::newRow("missing") << m_folder.filePath("none") << 11 << QString("No such file");
}

void ImageImportTest::refusesWhatIsNoFile()
{
    QFETCH(QString, file);
    QFETCH(QString, why);
    FakeServer server;
    const auto outcome = Ghostctl::run({"--root", server.root(), "image", "import", "--name", "mini", file});
    QTEST(outcome.exitCode, "exitCode");
    QVERIFY2(outcome.err.contains(why), qPrintable(outcome.err));
}

void ImageImportTest::interruptCancels()
{
    FakeServer server;
    server.stuckUpload = true;
    const QString file = newFile("image.qcow2", QByteArray(8LL * 1024 * 1024, 'x'));
    Ghostctl ghostctl({"--root", server.root(), "image", "import", "--name", "mini", file});
    QVERIFY(ghostctl.waitForError("send 8 MiB"));
    ghostctl.signal(SIGINT);
    const auto outcome = ghostctl.finish();
    QCOMPARE(outcome.exitCode, 130);
    QVERIFY2(outcome.err.contains("cancelled: what it had made is taken back\n"), qPrintable(outcome.err));
    QCOMPARE(server.cancelled().size(), size_t(1));
}

QTEST_GUILESS_MAIN(ImageImportTest)
#include "ImageImportTest.moc"
