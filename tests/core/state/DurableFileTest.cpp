// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <csignal>

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QProcess>
#include <QtCore/QStandardPaths>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include "state/DurableFile.h"

using namespace ghost;

class DurableFileTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_root;
    QString m_folder;
    QString m_path;

    static QString writer() { return QCoreApplication::applicationDirPath() + "/durable-file-writer"; }

    struct Outcome
    {
        bool wasKilled;
        int exitCode;
        QByteArray output;
    };
    /// Runs the writer with strace's @p injections on it.
    Outcome writeUnder(const QStringList &injections, const QString &text) const
    {
        QStringList arguments{"-f", "-qq", "-o", m_root.filePath("trace")};
        for (const QString &injection : injections)
            arguments << "-e"
                      << "inject=" + injection;
        QProcess strace;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("ASAN_OPTIONS", "detect_leaks=0"); // it cannot look for leaks while it is traced
        strace.setProcessEnvironment(environment);
        strace.start("strace", arguments << writer() << m_path << text);
        strace.waitForFinished(30'000);
        return {strace.exitStatus() == QProcess::CrashExit || strace.exitCode() == 128 + SIGKILL, strace.exitCode(),
                strace.readAllStandardOutput()};
    }
    bool canTrace() const
    {
        if (QStandardPaths::findExecutable("strace").isEmpty())
            return false;
        QProcess strace;
        strace.start("strace", {"-qq", "-o", "/dev/null", "true"});
        return strace.waitForFinished(10'000) && strace.exitCode() == 0;
    }
    QStringList files() const { return QDir(m_folder).entryList(QDir::Files | QDir::Hidden); }
    QByteArray mountedSmall() const
    {
        const QByteArray folder = QFile::encodeName(m_folder);
        return ::mount("tmpfs", folder.constData(), "tmpfs", 0, "size=64k") == 0 ? folder : QByteArray();
    }

private Q_SLOTS:
    void init()
    {
        m_folder = m_root.filePath(QString("%1-%2").arg(QTest::currentTestFunction(), QTest::currentDataTag()));
        QVERIFY(QDir().mkpath(m_folder));
        m_path = m_folder + "/vms.json";
    }

    void readsWhatWasWrittenAndKeepsThePreviousOne()
    {
        DurableFile file(m_path);
        QVERIFY(file.write("one"));
        QCOMPARE(file.readPrevious().error().code(), Code::NotFound);
        QVERIFY(file.write("two"));
        QVERIFY(file.write(QByteArray("th\0ree", 6)));
        QCOMPARE(file.read().value(), QByteArray("th\0ree", 6));
        QCOMPARE(file.readPrevious().value(), QByteArray("two"));
        QCOMPARE(files(), QStringList({"vms.json", "vms.json.previous"}));
    }

    void anAbsentFileIsNotFound()
    {
        const auto content = DurableFile(m_path).read();
        QVERIFY(!content);
        QCOMPARE(content.error().code(), Code::NotFound);
        QVERIFY(content.error().message().contains(m_path));
    }

    void anEmptyFileIsWhole()
    {
        DurableFile file(m_path);
        QVERIFY(file.write({}));
        QCOMPARE(file.read().value(), QByteArray());
    }

    void onlyTheOwnerMayReadWhateverTheUmask()
    {
        const mode_t old = ::umask(0);
        QVERIFY(DurableFile(m_path).write("x"));
        ::umask(0777);
        QVERIFY(DurableFile(m_path).write("y"));
        ::umask(old);
        struct stat status = {};
        QCOMPARE(::stat(qPrintable(m_path), &status), 0);
        QCOMPARE(status.st_mode & 0777, mode_t(0600));
    }

    void whatAKillLeftIsOverwritten()
    {
        for (const char *suffix : {".new", ".previous.new"}) {
            QFile left(m_path + suffix);
            QVERIFY(left.open(QIODevice::WriteOnly) && left.write(QByteArray(100'000, 'x')) > 0);
        }
        DurableFile file(m_path);
        QVERIFY(file.write("one"));
        QVERIFY(file.write("two"));
        QCOMPARE(file.read().value(), QByteArray("two"));
        QCOMPARE(files(), QStringList({"vms.json", "vms.json.previous"}));
    }

    void refusesWhatItWouldNotReadBack()
    {
        DurableFile file(m_path);
        QVERIFY(file.write("one"));
        const auto written = file.write(QByteArray((64 << 20) + 1, 'x'));
        QVERIFY(!written);
        QCOMPARE(written.error().code(), Code::ResourceExhausted);
        QCOMPARE(file.read().value(), QByteArray("one"));

        QFile huge(m_path);
        QVERIFY(huge.open(QIODevice::ReadWrite) && huge.resize((64 << 20) + 1));
        QVERIFY(!file.read());
    }

    void doesNotReadAFolder()
    {
        QVERIFY(QDir().mkpath(m_path));
        QVERIFY(!DurableFile(m_path).read());
        QVERIFY(!DurableFile(m_path).write("x"));
        QVERIFY(files().isEmpty());
    }

    void aMissingFolderIsSaid()
    {
        const auto written = DurableFile(m_folder + "/none/vms.json").write("x");
        QVERIFY(!written);
        QVERIFY(written.error().message().contains("none/vms.json.new: No such file or directory"));
    }

    void aFullDiskLeavesTheOldFile()
    {
        const QByteArray mounted = mountedSmall();
        if (mounted.isEmpty())
            QSKIP("mounting a tmpfs needs root");
        DurableFile file(m_path);
        QVERIFY(file.write("one"));
        QVERIFY(file.write("two"));
        const auto written = file.write(QByteArray(100'000, 'x'));
        const QByteArray content = file.read().value_or(QByteArray());
        const QByteArray previous = file.readPrevious().value_or(QByteArray());
        const QStringList left = files();
        const bool works = bool(file.write("three"));
        ::umount2(mounted.constData(), MNT_DETACH);
        QVERIFY(!written);
        QCOMPARE(written.error().code(), Code::ResourceExhausted);
        QVERIFY2(written.error().message().contains("No space left on device"), qPrintable(written.error().message()));
        QCOMPARE(content, QByteArray("two"));
        QCOMPARE(previous, QByteArray("one"));
        QCOMPARE(left, QStringList({"vms.json", "vms.json.previous"}));
        QVERIFY(works);
    }

    void aReadOnlyDiskIsSaid()
    {
        const QByteArray mounted = mountedSmall();
        if (mounted.isEmpty())
            QSKIP("mounting a tmpfs needs root");
        DurableFile file(m_path);
        const bool first = bool(file.write("one"));
        const bool remounted = ::mount("", mounted.constData(), "", MS_REMOUNT | MS_RDONLY, "") == 0;
        const auto written = file.write("two");
        const QByteArray content = file.read().value_or(QByteArray());
        ::umount2(mounted.constData(), MNT_DETACH);
        QVERIFY(first && remounted);
        QVERIFY(!written);
        QCOMPARE(written.error().code(), Code::PermissionDenied);
        QVERIFY(written.error().message().contains("Read-only file system"));
        QCOMPARE(content, QByteArray("one"));
    }

    void reportsEveryFailedCall_data()
    {
        QTest::addColumn<QString>("injection");
        QTest::addColumn<QByteArray>("content"); // afterwards
        QTest::newRow("sync of the file") << "fsync:error=EIO:when=1" << QByteArray("two");
        QTest::newRow("sync of the folder") << "fsync:error=EIO:when=2" << QByteArray("three");
        QTest::newRow("rename of the previous") << "rename:error=EIO:when=1" << QByteArray("two");
        QTest::newRow("rename of the new") << "rename:error=EIO:when=2" << QByteArray("two");
        QTest::newRow("link") << "link:error=EIO:when=1" << QByteArray("two");
        QTest::newRow("mode") << "fchmod:error=EPERM:when=1" << QByteArray("two");
    }
    void reportsEveryFailedCall()
    {
        QFETCH(QString, injection);
        QFETCH(QByteArray, content);
        if (!canTrace())
            QSKIP("strace cannot trace here");
        DurableFile file(m_path);
        QVERIFY(file.write("one"));
        QVERIFY(file.write("two"));
        const Outcome outcome = writeUnder({injection}, "three");
        QCOMPARE(outcome.exitCode, 1);
        QVERIFY2(outcome.output.contains(m_folder.toUtf8()), outcome.output.constData());
        QCOMPARE(file.read().value(), content);
        QCOMPARE(files(), QStringList({"vms.json", "vms.json.previous"}));
        QVERIFY(file.write("four"));
        QCOMPARE(file.readPrevious().value(), content);
    }

    void worksWhereTheFileSystemHasNoLinks()
    {
        if (!canTrace())
            QSKIP("strace cannot trace here");
        DurableFile file(m_path);
        QVERIFY(file.write("one"));
        QCOMPARE(writeUnder({"link:error=EPERM"}, "two").exitCode, 0);
        QCOMPARE(file.read().value(), QByteArray("two"));
        QCOMPARE(file.readPrevious().value(), QByteArray("one"));
    }

    void writesOnAfterAShortWriteAndAnInterruption()
    {
        if (!canTrace())
            QSKIP("strace cannot trace here");
        DurableFile file(m_path);
        QCOMPARE(writeUnder({"write:error=EINTR:when=1"}, "whole").exitCode, 0);
        QCOMPARE(file.read().value(), QByteArray("whole"));
    }

    void isWholeWhereverItIsKilled_data()
    {
        QTest::addColumn<QString>("links");
        QTest::newRow("with links") << "";
        QTest::newRow("without links") << "link:error=EPERM";
    }
    void isWholeWhereverItIsKilled()
    {
        QFETCH(QString, links);
        if (!canTrace())
            QSKIP("strace cannot trace here");
        DurableFile file(m_path);
        int kills = 0;
        // One call after the other is the last one that it makes.
        for (const char *call : {"fchmod", "write", "fsync", "unlink", "link", "rename"}) {
            for (int number = 1;; ++number) {
                QVERIFY(file.write("one"));
                QVERIFY(file.write("two"));
                QStringList injections{QString("%1:signal=KILL:when=%2").arg(call).arg(number)};
                if (!links.isEmpty() && QLatin1String(call) != QLatin1String("link"))
                    injections << links;
                const Outcome outcome = writeUnder(injections, "three");
                const auto now = file.read();
                const auto before = file.readPrevious();
                const QByteArray newest = now ? *now : before.value_or(QByteArray());
                QVERIFY2(newest == "two" || newest == "three", call);
                if (now && before)
                    QVERIFY2(*before == "one" || *before == "two", before->constData());
                if (!outcome.wasKilled)
                    break;
                ++kills;
            }
        }
        QVERIFY2(kills >= 8, qPrintable(QString::number(kills)));
    }
};

QTEST_GUILESS_MAIN(DurableFileTest)
#include "DurableFileTest.moc"
