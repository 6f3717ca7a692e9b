// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

extern "C" {
#include <sys/pidfd.h>
}

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include "qemu-img/HelperProcess.h"

using namespace ghost;
using namespace std::chrono_literals;

namespace {

Call::Clock::time_point in(std::chrono::milliseconds time)
{
    return Call::Clock::now() + time;
}

HelperProcess shell()
{
    return HelperProcess(QStringLiteral("sh"), QStringLiteral("dash"));
}

QStringList script(const char *text)
{
    return {QStringLiteral("-c"), QLatin1String(text)};
}

/// Reads a number that a process writes into a FIFO; -1 when none comes.
pid_t readNumber(int fifo)
{
    pollfd waiting{fifo, POLLIN, 0};
    char text[32] = {};
    if (::poll(&waiting, 1, 10000) != 1 || ::read(fifo, text, sizeof text - 1) <= 0)
        return -1;
    return static_cast<pid_t>(QByteArray(text).trimmed().toInt());
}

bool endsSoon(int pidFd)
{
    pollfd waiting{pidFd, POLLIN, 0};
    return ::poll(&waiting, 1, 10000) == 1;
}

struct Fifo
{
    QTemporaryDir folder;
    QString path = folder.filePath(QStringLiteral("fifo"));
    UniqueFd fd;

    Fifo()
    {
        ::mkfifo(QFile::encodeName(path).constData(), 0600);
        fd.reset(::open(QFile::encodeName(path).constData(), O_RDWR | O_CLOEXEC));
    }
};

} // namespace

class HelperProcessTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void returnsOutputErrorsAndExitCode()
    {
        Call call(OperationId::create(), in(10s));
        const auto outcome = shell().run(script("echo out; echo first >&2; echo last >&2; exit 3"), call);
        QVERIFY(outcome);
        QCOMPARE(outcome->exitCode, 3);
        QCOMPARE(outcome->output, QByteArray("out\n"));
        QCOMPARE(outcome->reason(), QStringLiteral("last"));
        const auto failed = shell().runToSuccess(script("echo 'a: No space left on device' >&2; exit 1"), call);
        QCOMPARE(failed.error().code(), Code::ResourceExhausted);
    }

    void givesInputWithoutShellOrFiles()
    {
        Call call(OperationId::create(), in(10s));
        HelperProcess cat(QStringLiteral("cat"), QStringLiteral("coreutils"));
        const QByteArray much(300LL * 1024, 'x'); // more than a pipe holds
        cat.setInput(much);
        const auto outcome = cat.run({}, call);
        QVERIFY(outcome);
        QCOMPARE(outcome->output, much);
        const auto echoed = HelperProcess(QStringLiteral("echo"), {}).run({QStringLiteral("$HOME; `id`")}, call);
        QCOMPARE(echoed->output, QByteArray("$HOME; `id`\n"));
    }

    void namesThePackageOfAMissingProgram()
    {
        Call call(OperationId::create(), in(10s));
        const auto outcome = HelperProcess(QStringLiteral("qemu-imp"), QStringLiteral("qemu-utils")).run({}, call);
        QCOMPARE(outcome.error().code(), Code::Unavailable);
        QCOMPARE(outcome.error().text(), QStringLiteral("program 'qemu-imp' is missing (sudo apt install qemu-utils)"));
    }

    void killsTheWholeGroupAtTheDeadline()
    {
        Fifo fifo;
        Call call(OperationId::create(), in(500ms));
        // The grandchild keeps the pipes open, and would hold a reader that waits for their end.
        const QString text = QStringLiteral("sleep 1000 & echo $! > %1; wait").arg(fifo.path);
        const auto before = Call::Clock::now();
        const auto outcome = shell().run({QStringLiteral("-c"), text}, call);
        QCOMPARE(outcome.error().code(), Code::DeadlineExceeded);
        QVERIFY(Call::Clock::now() - before < 5s);
        const pid_t grandchild = readNumber(fifo.fd.get());
        QVERIFY(grandchild > 0);
        const UniqueFd pidFd(::pidfd_open(grandchild, 0));
        QVERIFY(!pidFd || endsSoon(pidFd.get()));
    }

    void killsAtOnceWhenCancelled()
    {
        Fifo fifo;
        const auto cancellation = std::make_shared<Cancellation>();
        Call call(OperationId::create(), in(60s), cancellation);
        pid_t child = -1;
        std::jthread canceller([&] {
            child = readNumber(fifo.fd.get());
            cancellation->cancel();
        });
        const auto before = Call::Clock::now();
        const auto outcome =
            shell().run({QStringLiteral("-c"), QStringLiteral("echo $$ > %1; exec sleep 1000").arg(fifo.path)}, call);
        QCOMPARE(outcome.error().code(), Code::Cancelled);
        QVERIFY(Call::Clock::now() - before < 10s);
        canceller.join();
        QVERIFY(child > 0);
        QCOMPARE(::kill(child, 0), -1); // reaped, too
        QCOMPARE(shell().run(script("true"), call).error().code(), Code::Cancelled);
    }

    void endsAProgramThatWritesWithoutEnd()
    {
        Call call(OperationId::create(), in(30s));
        HelperProcess yes(QStringLiteral("yes"), QStringLiteral("coreutils"));
        HelperProcess::Limits limits;
        limits.outputBytes = 65'536;
        yes.setLimits(limits);
        QCOMPARE(yes.run({}, call).error().code(), Code::ResourceExhausted);
    }

    void dropsComplaintsWithoutEnd()
    {
        Call call(OperationId::create(), in(30s));
        HelperProcess program = shell();
        HelperProcess::Limits limits;
        limits.outputBytes = 1024;
        program.setLimits(limits);
        const auto outcome = program.run(script("yes | head -c 5000000 >&2; echo answer"), call);
        QVERIFY(outcome);
        QCOMPARE(outcome->output, QByteArray("answer\n"));
        QCOMPARE(outcome->errors.size(), 1024);
    }

    void limitsMemoryAndCpuTime()
    {
        Call call(OperationId::create(), in(30s));
        HelperProcess::Limits limits;
        limits.addressSpaceBytes = qint64(64) << 20;
        limits.cpuSeconds = 1;
        HelperProcess program = shell();
        program.setLimits(limits);
        const auto shown = program.run(script("ulimit -v; ulimit -t; ulimit -c; umask"), call);
        QCOMPARE(shown->output, QByteArray("65536\n1\n0\n0077\n"));
        const auto spun = program.run(script("while :; do :; done"), call);
        QVERIFY(spun);
        QVERIFY(spun->signal == SIGXCPU || spun->signal == SIGKILL);
    }

    void inheritsNothing()
    {
        // Descriptors that somebody forgot to close on exec, and this program's environment.
        const UniqueFd leak(::open("/etc/passwd", O_RDONLY));
        const UniqueFd another(::fcntl(leak.get(), F_DUPFD, 500));
        qputenv("GHOST_SECRET", "x");
        ::signal(SIGPIPE, SIG_IGN);
        Call call(OperationId::create(), in(10s));
        const auto fds = shell().run(script("echo /proc/self/fd/*"), call);
        QCOMPARE(fds->output,
                 QByteArray("/proc/self/fd/0 /proc/self/fd/1 /proc/self/fd/2 /proc/self/fd/3\n")); // 3: the listing
        const auto environment = HelperProcess(QStringLiteral("env"), {}).run({}, call);
        QVERIFY(!environment->output.contains("GHOST"));
        QVERIFY(environment->output.contains("LC_ALL=C\n"));
        const auto signals_ = shell().run(script("grep SigIgn /proc/self/status"), call);
        QCOMPARE(signals_->output, QByteArray("SigIgn:\t0000000000000000\n"));
        ::signal(SIGPIPE, SIG_DFL);
    }

    void leavesNoDescriptorBehind()
    {
        const auto count = [] { return QDir(QStringLiteral("/proc/self/fd")).entryList().size(); };
        HelperProcess program = shell();
        program.setInput("x");
        {
            Call call(OperationId::create(), in(10s));
            QVERIFY(program.run(script("true"), call));
        }
        const auto before = count();
        for (int i = 0; i < 50; ++i) {
            Call call(OperationId::create(), i % 2 == 0 ? in(10s) : in(5ms));
            const auto outcome = program.run(i % 2 == 0 ? script("echo x") : script("sleep 1000"), call);
            QCOMPARE(bool(outcome), i % 2 == 0);
        }
        QCOMPARE(count(), before);
    }

    void runsFromManyThreadsAtOnce()
    {
        std::atomic<int> right = 0;
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 8; ++i) {
                threads.emplace_back([&right, i] {
                    for (int k = 0; k < 10; ++k) {
                        Call call(OperationId::create(), in(30s));
                        const QString text = QStringLiteral("%1-%2").arg(i).arg(k);
                        const auto outcome = HelperProcess(QStringLiteral("echo"), {}).run({text}, call);
                        right += outcome && outcome->output.trimmed() == text.toUtf8() ? 1 : 0;
                    }
                });
            }
        }
        QCOMPARE(right.load(), 80);
    }

    void diesWithItsKilledParent()
    {
        Fifo fifo;
        QProcess agent;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("GHOST_TEST_FIFO"), fifo.path);
        agent.setProcessEnvironment(environment);
        agent.start(QCoreApplication::applicationFilePath(), QStringList());
        QVERIFY(agent.waitForStarted());
        const pid_t helper = readNumber(fifo.fd.get());
        QVERIFY(helper > 0);
        const UniqueFd pidFd(::pidfd_open(helper, 0));
        QVERIFY(pidFd);
        agent.kill(); // SIGKILL
        QVERIFY(endsSoon(pidFd.get()));
        QVERIFY(agent.waitForFinished());
    }
};

/// With GHOST_TEST_FIFO set this program plays the agent that is killed while a helper runs.
int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    const QString fifo = qEnvironmentVariable("GHOST_TEST_FIFO");
    if (!fifo.isEmpty()) {
        Call call(OperationId::create(), in(60s));
        const auto outcome =
            shell().run({QStringLiteral("-c"), QStringLiteral("echo $$ > %1; exec sleep 1000").arg(fifo)}, call);
        return outcome ? 0 : 1;
    }
    HelperProcessTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "HelperProcessTest.moc"
