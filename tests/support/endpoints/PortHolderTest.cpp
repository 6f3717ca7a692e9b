// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtNetwork/QTcpServer>
#include <QtTest/QTest>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "endpoints/PortHolder.h"
#include "support/AsNobody.h"

using namespace ghost;

namespace {

/// A copy of this process with all that it has open.
class RootsChild
{
public:
    RootsChild()
        : m_pid(::fork())
    {
        if (m_pid == 0)
            for (;;)
                ::pause();
    }
    ~RootsChild()
    {
        if (m_pid > 0 && ::kill(m_pid, SIGKILL) == 0)
            ::waitpid(m_pid, nullptr, 0);
    }
    RootsChild(const RootsChild &) = delete;
    RootsChild &operator=(const RootsChild &) = delete;

private:
    const pid_t m_pid;
};

} // namespace

class PortHolderTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesTheProcessThatListens_data()
    {
        QTest::addColumn<QString>("host");
        QTest::newRow("v4") << QStringLiteral("127.0.0.1");
        QTest::newRow("v6") << QStringLiteral("::1");
    }
    void namesTheProcessThatListens()
    {
        QFETCH(QString, host);
        QTcpServer server;
        if (!server.listen(QHostAddress(host)))
            QSKIP(qPrintable(QStringLiteral("cannot listen on %1: %2").arg(host, server.errorString())));
        const auto holder = PortHolder::find(server.serverPort());
        QVERIFY(holder);
        QCOMPARE(holder->pid, qint64(::getpid()));
        QCOMPARE(holder->name, QStringLiteral("PortHolderTest"));

        const Error error = addressInUse({host, server.serverPort()});
        QCOMPARE(error.code(), Code::AlreadyExists);
        QVERIFY(error.message().contains(QStringLiteral("port %1 is in use by process %2 (PortHolderTest)")
                                             .arg(server.serverPort())
                                             .arg(::getpid())));
    }

    // As for the installed service: whose the port is can be known, which process has it cannot.
    void namesTheUserOfAProcessThatItMayNotSee()
    {
        if (::geteuid() != 0)
            QSKIP("needs root, to be less than that");
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        const quint16 port = server.serverPort();
        const RootsChild child; // which keeps the socket; its own descriptors a process sees whoever it is
        server.close();
        const AsNobody nobody;
        QVERIFY(nobody.isActive());
        const auto holder = PortHolder::find(port);
        QVERIFY(holder);
        QCOMPARE(holder->pid, qint64(0));
        const QString message = addressInUse({QStringLiteral("127.0.0.1"), port}).message();
        QVERIFY2(message.contains(QStringLiteral("is in use by a process of root")), qPrintable(message));
    }

    void knowsNoHolderOfAFreePort()
    {
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        const quint16 port = server.serverPort();
        server.close();
        QVERIFY(!PortHolder::find(port));
        QVERIFY(addressInUse({QStringLiteral("127.0.0.1"), port}).message().contains(QString::number(port)));
    }
};

QTEST_GUILESS_MAIN(PortHolderTest)
#include "PortHolderTest.moc"
