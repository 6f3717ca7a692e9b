// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <cstring>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "FakeServer.h"
#include "Ghostctl.h"
#include "ghost/UniqueFd.h"

namespace {

/// A socket that someone has bound; nobody listens until listen().
ghost::UniqueFd boundSocket(const QString &path)
{
    ghost::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const QByteArray name = QFile::encodeName(path);
    std::memcpy(address.sun_path, name.constData(), size_t(name.size()));
    if (::bind(fd.get(), reinterpret_cast<sockaddr *>(&address), sizeof address) != 0)
        fd.reset();
    return fd;
}

} // namespace

class AgentAbsenceTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void saysThatTheSocketIsMissing();
    void saysThatNobodyListens();
    void namesTheGroupToJoin();
    void doesNotWaitForASilentAgent();
    void doesNotWaitForSomethingThatIsNoAgent();
    void interruptEndsAQuestion();
    void refusesAPathThatIsTooLong();
    void versionNeedsNoAgent();

private:
    QTemporaryDir m_folder;
};

void AgentAbsenceTest::saysThatTheSocketIsMissing()
{
    const QString socket = m_folder.filePath("none.sock");
    const auto outcome = Ghostctl::run({"--socket", socket, "vm", "list"});
    QCOMPARE(outcome.exitCode, 19);
    QCOMPARE(outcome.out, QString());
    QCOMPARE(outcome.err,
             QString("ghostctl: no agent is running: %1 is not there (is the path right, and its agent started?)\n")
                 .arg(socket));
    const auto ofRoot = Ghostctl::run({"--root", m_folder.path(), "vm", "list"});
    QVERIFY2(ofRoot.err.endsWith(QString("(start it: ghost-agent --root %1)\n").arg(m_folder.path())),
             qPrintable(ofRoot.err));
}

void AgentAbsenceTest::saysThatNobodyListens()
{
    const QString socket = m_folder.filePath("stale.sock");
    QVERIFY(boundSocket(socket));
    const auto outcome = Ghostctl::run({"--socket", socket, "status"});
    QCOMPARE(outcome.exitCode, 19);
    QVERIFY2(outcome.err.contains("no agent is running: nobody answers at " + socket), qPrintable(outcome.err));
}

void AgentAbsenceTest::namesTheGroupToJoin()
{
    if (::geteuid() != 0)
        QSKIP("needs root, to become somebody else");
    constexpr uid_t nobody = 65534;
    constexpr gid_t daemonGroup = 1; // `daemon` on Debian; nobody is not in it
    QVERIFY(QFile::setPermissions(m_folder.path(), QFile::Permissions(0x7755)));
    const QString socket = m_folder.filePath("closed.sock");
    const ghost::UniqueFd fd = boundSocket(socket);
    QVERIFY(fd && ::listen(fd.get(), 1) == 0);
    const QByteArray name = QFile::encodeName(socket);
    QVERIFY(::chown(name.constData(), 0, daemonGroup) == 0 && ::chmod(name.constData(), 0660) == 0);

    const auto asNobody = [&socket] {
        QProcess process;
        process.setChildProcessModifier([] {
            if (::setgid(nobody) != 0 || ::setuid(nobody) != 0)
                ::_exit(1);
        });
        process.start(qEnvironmentVariable("GHOST_BIN_DIR") + "/ghostctl", {"--socket", socket, "vm", "list"});
        process.waitForFinished();
        return std::pair(process.exitCode(), QString::fromUtf8(process.readAllStandardError()));
    };
    auto [code, text] = asNobody();
    if (code == 255 || code == 1)
        QSKIP("this user cannot reach the built program");
    QCOMPARE(code, 15);
    QCOMPARE(text, QString("ghostctl: cannot open %1: you are not in group daemon: sudo usermod -aG daemon $USER, then "
                           "log in again\n")
                       .arg(socket));

    QVERIFY(::chmod(name.constData(), 0600) == 0);
    std::tie(code, text) = asNobody();
    QCOMPARE(code, 15);
    QVERIFY2(text.contains("only its owner may (run ghostctl with sudo)"), qPrintable(text));
}

void AgentAbsenceTest::doesNotWaitForASilentAgent()
{
    FakeServer server;
    server.silent = true;
    const auto outcome = Ghostctl::run({"--root", server.root(), "--timeout", "300ms", "vm", "list"});
    QCOMPARE(outcome.exitCode, 20);
    QVERIFY2(outcome.err.startsWith("ghostctl: vm list: the agent at " + server.socket() + " did not answer in time"),
             qPrintable(outcome.err));
}

void AgentAbsenceTest::doesNotWaitForSomethingThatIsNoAgent()
{
    const QString socket = m_folder.filePath("mute.sock");
    const ghost::UniqueFd fd = boundSocket(socket);
    QVERIFY(fd && ::listen(fd.get(), 1) == 0); // accepts, and never says a word: as a stopped agent does
    const auto outcome = Ghostctl::run({"--socket", socket, "--timeout", "300ms", "vm", "create", "--name", "x"});
    QCOMPARE(outcome.exitCode, 20);
    QVERIFY2(outcome.err.contains("did not answer in time"), qPrintable(outcome.err));
}

void AgentAbsenceTest::interruptEndsAQuestion()
{
    FakeServer server;
    server.silent = true;
    Ghostctl ghostctl({"--root", server.root(), "vm", "list"});
    QVERIFY(server.waitForQuestion());
    ghostctl.signal(SIGINT);
    const auto outcome = ghostctl.finish();
    QCOMPARE(outcome.exitCode, 130);
    QCOMPARE(outcome.err, QString("cancelled: interrupted\n"));
}

void AgentAbsenceTest::refusesAPathThatIsTooLong()
{
    const auto outcome = Ghostctl::run({"--socket", "/" + QString(200, 'x'), "vm", "list"});
    QCOMPARE(outcome.exitCode, 10);
    QVERIFY2(outcome.err.contains("1 to 107 bytes"), qPrintable(outcome.err));
}

void AgentAbsenceTest::versionNeedsNoAgent()
{
    const auto outcome = Ghostctl::run({"--socket", m_folder.filePath("none.sock"), "version"});
    QCOMPARE(outcome.exitCode, 0);
    QVERIFY(outcome.out.startsWith("ghostctl  0."));
    QVERIFY(outcome.out.endsWith("agent     -\n"));
    QVERIFY(outcome.err.contains("no agent is running"));
}

QTEST_GUILESS_MAIN(AgentAbsenceTest)
#include "AgentAbsenceTest.moc"
