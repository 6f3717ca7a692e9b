// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QDeadlineTimer>
#include <QTest>

#include <csignal>
#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "FakeServer.h"
#include "Ghostctl.h"
#include "ghost/UniqueFd.h"
#include "ghost/proto/Status.h"

namespace {

/// A terminal with ghostctl in it.
class Terminal
{
public:
    explicit Terminal(const QStringList &arguments)
    {
        int masterFd = -1;
        int slaveFd = -1;
        if (::openpty(&masterFd, &slaveFd, nullptr, nullptr, nullptr) != 0)
            return;
        m_master.reset(masterFd);
        m_slave.reset(slaveFd);
        m_before = attributes();
        m_process.setChildProcessModifier([slaveFd] {
            ::setsid();
            ::ioctl(slaveFd, TIOCSCTTY, 0);
            for (const int fd : {0, 1, 2})
                ::dup2(slaveFd, fd);
        });
        m_process.start(qEnvironmentVariable("GHOST_BIN_DIR") + "/ghostctl", arguments);
    }

    void type(const QByteArray &keys) const
    {
        [[maybe_unused]] const ssize_t written = ::write(m_master.get(), keys.constData(), size_t(keys.size()));
    }
    /// Waits until the screen shows @p text.
    bool shows(const QByteArray &text)
    {
        const QDeadlineTimer deadline(20'000);
        ::fcntl(m_master.get(), F_SETFL, O_NONBLOCK);
        while (!m_screen.contains(text) && !deadline.hasExpired()) {
            char buffer[4096];
            const ssize_t count = ::read(m_master.get(), buffer, sizeof buffer);
            if (count > 0)
                m_screen.append(buffer, count);
            else
                m_process.waitForFinished(10);
        }
        return m_screen.contains(text);
    }
    bool hasEnded() { return m_process.state() == QProcess::NotRunning || m_process.waitForFinished(); }
    bool isRaw() const { return (attributes().c_lflag & (ICANON | ECHO)) == 0; }
    bool isAsBefore() const
    {
        const termios now = attributes();
        return now.c_lflag == m_before.c_lflag && now.c_iflag == m_before.c_iflag && now.c_oflag == m_before.c_oflag;
    }
    QProcess &process() { return m_process; }
    QByteArray screen() const { return m_screen; }

private:
    termios attributes() const
    {
        termios now{};
        ::tcgetattr(m_slave.get(), &now);
        return now;
    }

    ghost::UniqueFd m_master;
    ghost::UniqueFd m_slave;
    termios m_before{};
    QProcess m_process;
    QByteArray m_screen;
};

} // namespace

class VmConsoleTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void passesAPipeThrough();
    void saysWhyThereIsNone();
    void terminalIsRawUntilTheLeaveKey();
    void terminalIsPutBackWhateverEndsIt_data();
    void terminalIsPutBackWhateverEndsIt();
    void progressIsOneLineOnATerminal();
};

void VmConsoleTest::passesAPipeThrough()
{
    FakeServer server;
    server.consoleGreeting = "login: \x1b[0m";
    const auto outcome = Ghostctl::run({"--root", server.root(), "vm", "console", "my-vm"}, "root\x1d\x03\n");
    QCOMPARE(outcome.exitCode, 0);
    QCOMPARE(outcome.out, QString("login: \x1b[0mbye\r\n"));
    QCOMPARE(outcome.err, QString());
    QCOMPARE(server.consoleInput(), std::string("root\x1d\x03\n"));
}

void VmConsoleTest::saysWhyThereIsNone()
{
    FakeServer server;
    server.refusal = ghost::toStatus(ghost::Error(ghost::Code::NotFound, "no VM 'nope'"));
    const auto outcome = Ghostctl::run({"--root", server.root(), "vm", "console", "nope"});
    QCOMPARE(outcome.exitCode, 11);
    QCOMPARE(outcome.err, QString("ghostctl: vm console: no VM 'nope'\n"));
}

void VmConsoleTest::terminalIsRawUntilTheLeaveKey()
{
    FakeServer server;
    server.consoleGreeting = "login: ";
    Terminal terminal({"--root", server.root(), "vm", "console", "my-vm"});
    QVERIFY(terminal.shows("Ctrl-] leaves"));
    QVERIFY(terminal.shows("login: "));
    QVERIFY(terminal.isRaw());
    terminal.type("ls\x03\x1d");
    QVERIFY(terminal.shows("left the console"));
    QVERIFY(terminal.hasEnded());
    QCOMPARE(terminal.process().exitCode(), 0);
    QVERIFY(terminal.isAsBefore());
    QTRY_COMPARE(server.consoleInput(), std::string("ls\x03"));
}

void VmConsoleTest::terminalIsPutBackWhateverEndsIt_data()
{
    QTest::addColumn<int>("signal");
    QTest::addColumn<int>("exitCode");
    QTest::newRow("kill") << SIGTERM << 130;
    QTest::newRow("hang-up") << SIGHUP << 129;
    QTest::newRow("quit") << SIGQUIT << 131;
}

void VmConsoleTest::terminalIsPutBackWhateverEndsIt()
{
    QFETCH(int, signal);
    FakeServer server;
    server.consoleGreeting = "login: ";
    Terminal terminal({"--root", server.root(), "vm", "console", "my-vm"});
    QVERIFY(terminal.shows("login: "));
    QVERIFY(terminal.isRaw());
    ::kill(pid_t(terminal.process().processId()), signal);
    QVERIFY(terminal.hasEnded());
    QTEST(terminal.process().exitCode(), "exitCode");
    QVERIFY(terminal.isAsBefore());
}

void VmConsoleTest::progressIsOneLineOnATerminal()
{
    FakeServer server;
    server.operation = {FakeServer::step("create disk", 40), FakeServer::succeeded(FakeServer::vm("my-vm"))};
    Terminal terminal({"--root", server.root(), "vm", "create", "--name", "my-vm"});
    QVERIFY(terminal.shows("took"));
    QVERIFY(terminal.hasEnded());
    const QByteArray screen = terminal.screen();
    QVERIFY2(screen.startsWith("\r\x1b[Kcreate disk … 40 %\r\x1b[K✅ VM created!"), screen.constData());
}

QTEST_GUILESS_MAIN(VmConsoleTest)
#include "VmConsoleTest.moc"
