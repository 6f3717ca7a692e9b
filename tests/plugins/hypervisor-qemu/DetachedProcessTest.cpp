// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "DetachedProcess.h"

#include <csignal>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include "GuestProcess.h"
#include "Waiting.h"

using namespace ghost;
using namespace std::chrono_literals;

class DetachedProcessTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void runsOnItsOwn();
    void hasOnlyWhatItWasGiven();
    void runsNothingWithoutTheWord();
    void saysThatTheProgramIsMissing();

private:
    UniqueFd openLog();
    /// What the shell wrote into its log by its end.
    QByteArray outputOf(const QByteArray &script, const std::vector<int> &kept = {});
    QTemporaryDir m_folder;
};

UniqueFd DetachedProcessTest::openLog()
{
    return UniqueFd(::open(QFile::encodeName(m_folder.filePath(QStringLiteral("log"))).constData(),
                           O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
}

QByteArray DetachedProcessTest::outputOf(const QByteArray &script, const std::vector<int> &kept)
{
    const UniqueFd log = openLog();
    auto process = DetachedProcess::prepare({"/bin/sh", {"-c", script}, log.get(), kept});
    if (!process)
        return process.error().text().toUtf8();
    const auto handle = GuestProcess::own(*ProcessMark::of(process->pid()));
    if (const auto running = process->go(); !running)
        return running.error().text().toUtf8();
    Call call(OperationId(), Call::Clock::now() + 10s);
    if (waitReadable(handle->endFd(), call, 10s) != Call::Wake::Raised)
        return "it does not end";
    QFile file(m_folder.filePath(QStringLiteral("log")));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void DetachedProcessTest::runsOnItsOwn()
{
    // Fields after the name: state, parent, process group, session.
    const QByteArray output = outputOf("cat /proc/$$/stat; umask; echo oops >&2");
    const QList<QByteArray> lines = output.split('\n');
    const QList<QByteArray> fields = lines.value(0).mid(lines.value(0).lastIndexOf(')') + 2).split(' ');
    QVERIFY2(fields.size() > 10, output.constData());
    QVERIFY(fields.at(1).toInt() != ::getpid());
    QVERIFY(fields.at(2).toInt() != ::getpgrp());
    QVERIFY(fields.at(3).toInt() != ::getsid(0));
    QCOMPARE(lines.value(1), QByteArray("0077"));
    QCOMPARE(lines.value(2), QByteArray("oops"));
}

void DetachedProcessTest::hasOnlyWhatItWasGiven()
{
    int ends[2];
    QCOMPARE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0); // without CLOEXEC: a careless library
    const UniqueFd first(ends[0]);
    const UniqueFd second(ends[1]);
    const QByteArray output = outputOf("ls /proc/$$/fd | tr '\\n' ' '; env", {second.get(), first.get()});
    QVERIFY2(output.startsWith("0 1 2 3 4 "), output.constData());
    QVERIFY2(!output.contains("GHOST_"), output.constData());
    QCOMPARE(outputOf("echo hello >&3", {second.get()}), QByteArray());
    char buffer[16] = {};
    QCOMPARE(::recv(first.get(), buffer, sizeof buffer, MSG_DONTWAIT), ssize_t(6));
}

void DetachedProcessTest::runsNothingWithoutTheWord()
{
    const UniqueFd log = openLog();
    std::shared_ptr<const GuestProcess> handle;
    {
        const auto process = DetachedProcess::prepare({"/bin/sh", {"-c", "echo it runs"}, log.get(), {}});
        QVERIFY(process);
        handle = GuestProcess::own(*ProcessMark::of(process->pid()));
        QVERIFY(handle && !handle->hasEnded());
    }
    Call call(OperationId(), Call::Clock::now() + 10s);
    QCOMPARE(waitReadable(handle->endFd(), call, 10s), Call::Wake::Raised);
    QCOMPARE(QFile(m_folder.filePath(QStringLiteral("log"))).size(), 0);
}

void DetachedProcessTest::saysThatTheProgramIsMissing()
{
    const UniqueFd log = openLog();
    auto process = DetachedProcess::prepare({"/nowhere/qemu", {}, log.get(), {}});
    QVERIFY(process);
    const auto running = process->go();
    QVERIFY(!running);
    QCOMPARE(running.error().code(), Code::FailedPrecondition);
    QVERIFY2(running.error().message().contains(QStringLiteral("/nowhere/qemu")),
             qPrintable(running.error().message()));
}

QTEST_GUILESS_MAIN(DetachedProcessTest)
#include "DetachedProcessTest.moc"
