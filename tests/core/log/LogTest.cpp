// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <thread>
#include <vector>

#include <sys/mount.h>
#include <sys/stat.h>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include "log/Log.h"

using namespace ghost;

namespace {

QByteArray contents(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QList<QJsonObject> lines(const QString &path)
{
    QList<QJsonObject> result;
    for (const QByteArray &line : contents(path).split('\n'))
        if (!line.isEmpty())
            result.append(QJsonDocument::fromJson(line).object());
    return result;
}

/// A file system with little room; skips where nobody may mount one.
class SmallDisk
{
public:
    explicit SmallDisk(const QString &path)
        : m_path(path.toUtf8())
        , m_isMounted(QDir().mkpath(path) && ::mount("tmpfs", m_path, "tmpfs", 0, "size=64k") == 0)
    {}
    ~SmallDisk()
    {
        if (m_isMounted)
            ::umount2(m_path, MNT_DETACH);
    }
    explicit operator bool() const { return m_isMounted; }

private:
    const QByteArray m_path;
    const bool m_isMounted;
};

} // namespace

class LogTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    QString m_file;

    std::unique_ptr<Log> open(LogOptions options = {})
    {
        options.file = m_file;
        return Log::open(options).value();
    }

private Q_SLOTS:
    void init()
    {
        m_file = m_folder.filePath(QString("%1/agent.log").arg(QTest::currentTestFunction()));
        QDir().mkpath(QFileInfo(m_file).path());
    }

    void writesOneJsonObjectALine()
    {
        const OperationId operation = OperationId::create();
        const VmId vm = VmId::create();
        open()->write(LogLevel::Warning, "commands", "a \"quoted\"\nline\x1b[31m", operation, vm);
        QCOMPARE(contents(m_file).count('\n'), 1);
        QVERIFY(!contents(m_file).contains('\x1b'));
        const QJsonObject line = lines(m_file).first();
        QCOMPARE(line.value("level"), QJsonValue("warning"));
        QCOMPARE(line.value("source"), QJsonValue("commands"));
        QCOMPARE(line.value("message"), QJsonValue("a \"quoted\"\nline\x1b[31m"));
        QCOMPARE(line.value("operation"), QJsonValue(operation.toString()));
        QCOMPARE(line.value("vm"), QJsonValue(vm.toString()));
        const QString time = line.value("time").toString();
        QVERIFY2(QRegularExpression("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$").match(time).hasMatch(),
                 qPrintable(time));
        QVERIFY(qAbs(QDateTime::fromString(time, Qt::ISODateWithMs).secsTo(QDateTime::currentDateTimeUtc())) < 60);
    }

    void leavesOutWhatIsNotKnown()
    {
        open()->info("host", "x");
        QCOMPARE(lines(m_file).first().keys(), QStringList({"level", "message", "source", "time"}));
    }

    void dropsLinesBelowItsLevel()
    {
        LogOptions options;
        options.level = LogLevel::Warning;
        const auto log = open(options);
        log->debug("x", "1");
        log->info("x", "2");
        log->warning("x", "3");
        log->error("x", "4");
        QCOMPARE(lines(m_file).size(), 2);
    }

    void onlyOwnerAndGroupMayRead()
    {
        const mode_t old = ::umask(0);
        open()->info("x", "y");
        ::umask(old);
        struct stat status = {};
        QCOMPARE(::stat(qPrintable(m_file), &status), 0);
        QCOMPARE(status.st_mode & 0777, mode_t(0640));
    }

    void goesOnWhereItEnded()
    {
        open()->info("x", "1");
        open()->info("x", "2");
        QCOMPARE(lines(m_file).size(), 2);
    }

    void rotatesAndKeepsSoMany()
    {
        LogOptions options;
        options.maxBytes = 1000;
        options.keep = 2;
        const auto log = open(options);
        for (int i = 0; i < 50; ++i)
            log->info("x", QString("line %1").arg(i));
        QCOMPARE(QDir(QFileInfo(m_file).path()).entryList(QDir::Files),
                 QStringList({"agent.log", "agent.log.1", "agent.log.2"}));
        QVERIFY(QFileInfo(m_file).size() <= 1000);
        QVERIFY(QFileInfo(m_file + ".1").size() <= 1000);
        QCOMPARE(lines(m_file).last().value("message"), QJsonValue("line 49"));
        const int newest = lines(m_file + ".1").last().value("message").toString().section(' ', 1).toInt();
        const int next = lines(m_file).first().value("message").toString().section(' ', 1).toInt();
        QCOMPARE(next, newest + 1);
    }

    void aLineLongerThanTheFileIsWrittenAllTheSame()
    {
        LogOptions options;
        options.maxBytes = 100;
        options.keep = 1;
        const auto log = open(options);
        log->info("x", QString(500, 'y'));
        log->info("x", "z");
        QCOMPARE(lines(m_file).size(), 1);
        QCOMPARE(lines(m_file + ".1").size(), 1);
    }

    void reopensAFileThatWasMovedAway()
    {
        const auto log = open();
        log->info("x", "old");
        QVERIFY(QFile::rename(m_file, m_file + ".moved"));
        log->info("x", "still old");
        log->reopen();
        log->info("x", "new");
        QCOMPARE(lines(m_file + ".moved").size(), 2);
        QCOMPARE(lines(m_file).size(), 1);
    }

    void takesQtsMessages()
    {
        {
            const auto log = open();
            log->captureQt();
            qWarning("look %d", 3);
            const QLoggingCategory category("qt.sql");
            qCWarning(category) << "here";
        }
        const QList<QJsonObject> found = lines(m_file);
        QCOMPARE(found.size(), 2);
        QCOMPARE(found[0].value("source"), QJsonValue("qt"));
        QCOMPARE(found[0].value("message"), QJsonValue("look 3"));
        QCOMPARE(found[1].value("message"), QJsonValue("qt.sql: here"));
        qDebug("after its end nothing breaks");
        QCOMPARE(lines(m_file).size(), 2);
    }

    void threadsDoNotMixTheirLines()
    {
        LogOptions options;
        options.maxBytes = 20'000;
        options.keep = 20;
        const auto log = open(options);
        {
            std::vector<std::jthread> threads;
            for (int t = 0; t < 4; ++t)
                threads.emplace_back([&] {
                    for (int i = 0; i < 250; ++i)
                        log->info("x", QString(40, 'y'));
                });
        }
        int count = 0;
        for (const QString &name : QDir(QFileInfo(m_file).path()).entryList(QDir::Files))
            for (const QJsonObject &line : lines(QFileInfo(m_file).path() + '/' + name))
                count += line.value("message") == QJsonValue(QString(40, 'y'));
        QCOMPARE(count, 1000);
    }

    void cannotOpenAFileInNoFolder()
    {
        LogOptions options;
        options.file = m_folder.filePath("none/agent.log");
        const auto log = Log::open(options);
        QVERIFY(!log);
        QVERIFY(log.error().message().contains("none/agent.log: No such file or directory"));
    }

    void goesOnAfterAFullDiskAndTellsWhatWasLost()
    {
        const QString folder = QFileInfo(m_file).path();
        const SmallDisk disk(folder);
        if (!disk)
            QSKIP("mounting a tmpfs needs root");
        const auto log = open();
        log->info("x", "before");
        QFile filler(folder + "/filler");
        QVERIFY(filler.open(QIODevice::WriteOnly | QIODevice::Unbuffered));
        while (filler.write(QByteArray(4096, 'f')) == 4096) {
        }
        // The page that the file has already takes some lines more.
        for (int i = 0; i < 100; ++i)
            log->info("x", "during " + QString(100, 'y'));
        QVERIFY(contents(m_file).endsWith("}\n"));
        QVERIFY(filler.remove());
        log->info("x", "after");

        const QList<QJsonObject> found = lines(m_file);
        QCOMPARE(found.last().value("message"), QJsonValue("after"));
        const QString lost = found[found.size() - 2].value("message").toString();
        QVERIFY2(lost.endsWith("lines were lost while the log could not be written"), qPrintable(lost));
        const int onStandardError = 1;
        QCOMPARE(lost.section(' ', 0, 0).toInt() + onStandardError + (found.size() - 3), 100);
    }
};

QTEST_GUILESS_MAIN(LogTest)
#include "LogTest.moc"
