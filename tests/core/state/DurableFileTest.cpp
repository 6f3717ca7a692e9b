// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <optional>

#include <sys/resource.h>
#include <sys/stat.h>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QProcess>
#include <QtCore/QStandardPaths>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include "SmallDisk.h"
#include "state/DurableFile.h"
#include "support/AsNobody.h"

using namespace ghost;
using Room = DurableFile::Room;

namespace {

constexpr qint64 mebibyte = qint64(1) << 20;
const QStringList all{"vms.json", "vms.json.previous", "vms.json.spare"};

} // namespace

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
    /// Runs the writer with strace's @p injections on it; on all calls, or those of one file.
    Outcome writeUnder(const QStringList &injections, const QString &text, const QString &file = {}) const
    {
        QStringList arguments{"-f", "-qq", "-o", m_root.filePath("trace")};
        if (!file.isEmpty())
            arguments << "-P" << file;
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
    QStringList files() const { return QDir(m_folder).entryList({"vms.json*"}, QDir::Files | QDir::Hidden); }
    QString spare() const { return m_path + ".spare"; }
    /// What the spare file really holds of the disk.
    qint64 spareBytes() const
    {
        struct stat status = {};
        return ::stat(qPrintable(spare()), &status) == 0 ? qint64(status.st_blocks) * 512 : 0;
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
        QCOMPARE(files(), all);
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
        for (const QString &path : {m_path, m_path + ".previous", spare()}) {
            struct stat status = {};
            QCOMPARE(::stat(qPrintable(path), &status), 0);
            QCOMPARE(status.st_mode & 0777, mode_t(0600));
        }
    }

    void whatAKillLeftIsOverwritten()
    {
        for (const char *suffix : {".new", ".previous.new", ".spare"}) {
            QFile left(m_path + suffix);
            QVERIFY(left.open(QIODevice::WriteOnly) && left.write(QByteArray(100'000, 'x')) > 0);
        }
        DurableFile file(m_path);
        QVERIFY(file.write("one"));
        QVERIFY(file.write("two"));
        QCOMPARE(file.read().value(), QByteArray("two"));
        QCOMPARE(files(), all);
        QCOMPARE(QFileInfo(spare()).size(), mebibyte);
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
        QCOMPARE(file.read().error().code(), Code::FailedPrecondition);
        QCOMPARE(file.room(), Room::Enough); // it was the content's fault
        QCOMPARE(QFileInfo(spare()).size(), mebibyte);
    }

    void whatIsNoRegularFileIsNotRead_data()
    {
        QTest::addColumn<mode_t>("type");
        QTest::newRow("FIFO") << mode_t(S_IFIFO);
        QTest::newRow("socket") << mode_t(S_IFSOCK);
    }
    void whatIsNoRegularFileIsNotRead()
    {
        QFETCH(mode_t, type);
        QCOMPARE(::mknod(qPrintable(m_path), type | 0600, 0), 0);
        const auto content = DurableFile(m_path).read();
        QVERIFY(!content);
        QCOMPARE(content.error().code(), Code::FailedPrecondition);
        QVERIFY2(content.error().message().contains("not a regular file"), qPrintable(content.error().message()));
    }

    void doesNotReadAFolder()
    {
        QVERIFY(QDir().mkpath(m_path));
        QCOMPARE(DurableFile(m_path).read().error().code(), Code::FailedPrecondition);
        QVERIFY(!DurableFile(m_path).write("x"));
        QVERIFY(files().isEmpty());
    }

    void aMissingFolderIsSaid()
    {
        const auto written = DurableFile(m_folder + "/none/vms.json").write("x");
        QVERIFY(!written);
        QVERIFY(written.error().message().contains("none/vms.json.new: No such file or directory"));
    }

    /// Its content may be as it should: another user's, a bad disk, no file descriptor left.
    void whatCannotBeReadNowIsAnotherError()
    {
        DurableFile file(m_path);
        QVERIFY(file.write("one"));
        QVERIFY(::chmod(qPrintable(m_root.path()), 0755) == 0 && ::chmod(qPrintable(m_path), 0) == 0);
        {
            const AsNobody nobody;
            QVERIFY(nobody.isActive());
            QCOMPARE(file.read().error().code(), Code::PermissionDenied);
        }
        rlimit was = {};
        QCOMPARE(::getrlimit(RLIMIT_NOFILE, &was), 0);
        const rlimit none = {0, was.rlim_max};
        QCOMPARE(::setrlimit(RLIMIT_NOFILE, &none), 0);
        const auto content = file.read();
        ::setrlimit(RLIMIT_NOFILE, &was);
        QVERIFY(!content);
        QCOMPARE(content.error().code(), Code::Internal);
        QVERIFY2(content.error().message().contains("Too many open files"), qPrintable(content.error().message()));
    }

    void aFullDiskLeavesTheOldFile()
    {
        const SmallDisk disk(m_folder, "64k");
        if (!disk.isMounted())
            QSKIP("mounting a tmpfs needs root");
        DurableFile file(m_path);
        QVERIFY(file.write("one"));
        QVERIFY(file.write("two"));
        QCOMPARE(file.room(), Room::Little); // none that could be put by, which is no error
        const auto written = file.write(QByteArray(100'000, 'x'));
        QVERIFY(!written);
        QCOMPARE(written.error().code(), Code::ResourceExhausted);
        QVERIFY2(written.error().message().contains("No space left on device"), qPrintable(written.error().message()));
        QCOMPARE(file.room(), Room::None);
        QCOMPARE(file.read().value(), QByteArray("two"));
        QCOMPARE(file.readPrevious().value(), QByteArray("one"));
        QCOMPARE(files(), QStringList({"vms.json", "vms.json.previous"}));
        QVERIFY(file.write("three"));
    }

    void roomIsPutByForAFullDisk()
    {
        const SmallDisk disk(m_folder, "8m");
        if (!disk.isMounted())
            QSKIP("mounting a tmpfs needs root");
        DurableFile file(m_path);
        QCOMPARE(file.room(), Room::Unspecified);
        QVERIFY(file.write("one"));
        QCOMPARE(file.room(), Room::Enough);
        QCOMPARE(spareBytes(), mebibyte);
        disk.fill();
        QVERIFY(file.write("two"));
        QCOMPARE(file.room(), Room::Little);
        QCOMPARE(file.read().value(), QByteArray("two"));
        QCOMPARE(file.readPrevious().value(), QByteArray("one"));
        QCOMPARE(spareBytes(), mebibyte / 2);
        // What was given up stays free for others who write here.
        QVERIFY(file.write("three"));
        QCOMPARE(file.room(), Room::Little);
        QCOMPARE(spareBytes(), mebibyte / 2);
        // A new process sees the same.
        DurableFile next(m_path);
        QVERIFY(next.write("four"));
        QCOMPARE(next.room(), Room::Little);
        QCOMPARE(spareBytes(), mebibyte / 2);
        // The last quarter is for this file alone.
        for (const char *content : {"five", "six", "seven"}) {
            disk.fill();
            QVERIFY(next.write(content));
            QCOMPARE(spareBytes(), mebibyte / 4);
        }

        disk.empty();
        QVERIFY(next.write("eight"));
        QCOMPARE(next.room(), Room::Enough);
        QCOMPARE(spareBytes(), mebibyte);
        QCOMPARE(files(), all);
    }

    void theRoomOutlastsWhoeverTakesAllThatBecomesFree()
    {
        const SmallDisk disk(m_folder, "8m");
        if (!disk.isMounted())
            QSKIP("mounting a tmpfs needs root");
        DurableFile file(m_path);
        QVERIFY(file.write("new"));
        QByteArray content;
        for (int write = 1; write <= 40; ++write) {
            disk.fill();
            content = QByteArray(qsizetype(500) * write, 'x');
            const auto written = file.write(content);
            QVERIFY2(written, qPrintable(QString::number(write)));
            QCOMPARE(file.room(), Room::Little);
        }
        QVERIFY(spareBytes() > mebibyte / 8);

        QVERIFY(QFile::remove(spare()));
        disk.fill();
        const auto written = file.write("too much");
        QVERIFY(!written);
        QCOMPARE(written.error().code(), Code::ResourceExhausted);
        QCOMPARE(file.room(), Room::None);
        QCOMPARE(file.read().value(), content);
        QCOMPARE(files(), QStringList({"vms.json", "vms.json.previous"}));
        disk.empty();
        QVERIFY(file.write("again"));
        QCOMPARE(file.room(), Room::Enough);
        QCOMPARE(spareBytes(), mebibyte);
    }

    /// The new file has to find room beside the old ones.
    void theRoomGrowsWithTheContent()
    {
        const SmallDisk disk(m_folder, "16m");
        if (!disk.isMounted())
            QSKIP("mounting a tmpfs needs root");
        DurableFile file(m_path);
        QVERIFY(file.write("small"));
        QCOMPARE(spareBytes(), mebibyte);
        QVERIFY(file.write(QByteArray(600'000, 'x')));
        QCOMPARE(spareBytes(), 4 * mebibyte);
        for (int write = 1; write <= 5; ++write) {
            disk.fill();
            const QByteArray content = QByteArray(600'000, 'x') + QByteArray::number(write);
            QVERIFY(file.write(content));
            QCOMPARE(file.read().value(), content);
        }
        QCOMPARE(spareBytes(), mebibyte);
    }

    void aQuarterIsPutByOnADiskThatIsNearlyFull()
    {
        const SmallDisk disk(m_folder, "8m");
        if (!disk.isMounted())
            QSKIP("mounting a tmpfs needs root");
        disk.fill(mebibyte + mebibyte / 2);
        DurableFile file(m_path);
        QVERIFY(file.write("one"));
        QCOMPARE(file.room(), Room::Little);
        QCOMPARE(spareBytes(), mebibyte / 4);
    }

    void asMuchIsPutByAsThereIs()
    {
        const SmallDisk disk(m_folder, "8m");
        if (!disk.isMounted())
            QSKIP("mounting a tmpfs needs root");
        disk.fill(100'000);
        DurableFile file(m_path);
        QVERIFY(file.write("one"));
        QCOMPARE(file.room(), Room::Little);
        QVERIFY2(spareBytes() > 64'000 && spareBytes() < 100'000, qPrintable(QString::number(spareBytes())));
        QVERIFY(file.write("two"));
        QVERIFY(file.write("three"));
        QCOMPARE(file.readPrevious().value(), QByteArray("two"));
    }

    void aSpareFileThatCannotBeMadeIsNoError()
    {
        QVERIFY(QDir().mkpath(spare()));
        DurableFile file(m_path);
        QVERIFY(file.write("one"));
        QVERIFY(file.write("two"));
        QCOMPARE(file.room(), Room::Enough);
        QVERIFY(QFileInfo(spare()).isDir());
    }

    void aSpareFileNeverReachesElsewhere()
    {
        const QString elsewhere = m_folder + "/elsewhere";
        QFile owners(elsewhere);
        QVERIFY(owners.open(QIODevice::WriteOnly) && owners.write("the owner's") > 0 && owners.flush());
        QVERIFY(QFile::link(elsewhere, spare()));
        QVERIFY(DurableFile(m_path).write("one"));
        QCOMPARE(QFileInfo(elsewhere).size(), qint64(11));
    }

    void aReadOnlyDiskIsSaid()
    {
        const SmallDisk disk(m_folder, "8m");
        if (!disk.isMounted())
            QSKIP("mounting a tmpfs needs root");
        DurableFile file(m_path);
        QVERIFY(file.write("one"));
        QVERIFY(disk.makeReadOnly());
        const auto written = file.write("two");
        QVERIFY(!written);
        QCOMPARE(written.error().code(), Code::PermissionDenied);
        QVERIFY(written.error().message().contains("Read-only file system"));
        QCOMPARE(file.read().value(), QByteArray("one"));
        QCOMPARE(spareBytes(), mebibyte);
    }

    void onlyWantOfRoomIsHelped_data()
    {
        QTest::addColumn<QString>("injection");
        QTest::addColumn<bool>("isHelped");
        QTest::newRow("quota") << "write:error=EDQUOT:when=1" << true;
        QTest::newRow("sync") << "fsync:error=ENOSPC:when=1" << true;
        QTest::newRow("folder") << "rename:error=ENOSPC:when=2" << true;
        QTest::newRow("no end") << "write:error=ENOSPC" << false;
        QTest::newRow("process' limit") << "write:error=EFBIG:when=1" << false;
        QTest::newRow("bad disk") << "write:error=EIO:when=1" << false;
    }
    void onlyWantOfRoomIsHelped()
    {
        QFETCH(QString, injection);
        QFETCH(bool, isHelped);
        if (!canTrace())
            QSKIP("strace cannot trace here");
        DurableFile file(m_path);
        QVERIFY(file.write("one"));
        QVERIFY(file.write("two"));
        // A sanitizer writes, too.
        const QString written = injection.startsWith("write") ? m_path + ".new" : QString();
        const Outcome outcome = writeUnder({injection}, "three", written);
        QCOMPARE(outcome.exitCode, isHelped ? 0 : 1);
        QCOMPARE(file.read().value(), QByteArray(isHelped ? "three" : "two"));
        QCOMPARE(file.readPrevious().value(), QByteArray(isHelped ? "two" : "one"));
        QCOMPARE(QFileInfo::exists(spare()), !injection.endsWith("ENOSPC"));
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
        QCOMPARE(files(), all);
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
        QTest::addColumn<bool>("isFull");
        QTest::newRow("with links") << "" << false;
        QTest::newRow("without links") << "link:error=EPERM" << false;
        QTest::newRow("full disk") << "" << true;
    }
    void isWholeWhereverItIsKilled()
    {
        QFETCH(QString, links);
        QFETCH(bool, isFull);
        if (!canTrace())
            QSKIP("strace cannot trace here");
        std::optional<SmallDisk> disk;
        if (isFull && !disk.emplace(m_folder, "8m").isMounted())
            QSKIP("mounting a tmpfs needs root");
        int kills = 0;
        // One call after the other is the last one that it makes.
        for (const char *call : {"fchmod", "write", "fsync", "unlink", "link", "rename", "ftruncate", "fallocate"}) {
            for (int number = 1;; ++number) {
                if (disk)
                    disk->empty();
                DurableFile file(m_path);
                QVERIFY(file.write("one"));
                QVERIFY(file.write("two"));
                QCOMPARE(QFileInfo(spare()).size(), mebibyte);
                if (disk)
                    disk->fill();
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
                QVERIFY(QFileInfo(spare()).size() <= mebibyte);
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
