// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QTest>
#include <unistd.h>

#include "HostPorts.h"
#include "HostSocket.h"

using namespace ghost;
using namespace ghost::user;

class HostPortsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsARange()
    {
        const auto range = HostPorts::parse("23000-23999");
        QVERIFY(range);
        QCOMPARE(range->count(), 1000);
        QCOMPARE(range->toString(), QString("23000-23999"));
    }

    void refusesWhatIsNone_data()
    {
        QTest::addColumn<QString>("text");
        for (const char *text : {"", "23000", "23999-23000", "80-90", "60000-70000", "a-b", "1-2-3"})
            QTest::newRow(text) << text;
    }
    void refusesWhatIsNone()
    {
        QFETCH(QString, text);
        const auto range = HostPorts::parse(text);
        QVERIFY(!range);
        QCOMPARE(range.error().field(), QString("host_ports"));
    }

    void warnsOfTheKernelsOwnRange()
    {
        QVERIFY(HostPorts({1024, 65535}).warning().contains("1024-65535"));
        QCOMPARE(HostPorts({1024, 1025}).warning(), QString());
    }

    void namesWhoHasAPort()
    {
        const HostSocket taken;
        QVERIFY(taken.isListening());
        const auto free = checkFree(forwardTo(22, taken.port()));
        QVERIFY(!free);
        QCOMPARE(free.error().code(), Code::AlreadyExists);
        QVERIFY2(free.error().message().contains(QString("process %1 (").arg(::getpid())),
                 qPrintable(free.error().message()));
        QVERIFY(isStrangers(forwardTo(22, taken.port())));
    }

    void aClosedPortIsFree()
    {
        int port = 0;
        {
            const HostSocket was;
            port = was.port();
        }
        QVERIFY(checkFree(forwardTo(22, port)));
        QVERIFY(!isStrangers(forwardTo(22, port)));
    }

    void tellsUdpFromTcp()
    {
        const HostSocket taken(0, SOCK_DGRAM);
        QVERIFY(checkFree(forwardTo(53, taken.port())));
        QCOMPARE(checkFree(forwardTo(53, taken.port(), PortForward::Protocol::Udp)).error().code(),
                 Code::AlreadyExists);
    }

    /// As a service the agent does not see the processes of others, and nobody names a UDP port's.
    void knowsAStrangerByItsUser()
    {
        const uid_t daemon = 1;
        if (::geteuid() != 0 || ::seteuid(daemon) != 0)
            QSKIP("only root can play another user");
        const HostSocket taken(0, SOCK_DGRAM);
        QCOMPARE(::seteuid(0), 0);
        QVERIFY(isStrangers(forwardTo(53, taken.port(), PortForward::Protocol::Udp)));
        const HostSocket own(0, SOCK_DGRAM); // perhaps the VM's QEMU
        QVERIFY(!isStrangers(forwardTo(53, own.port(), PortForward::Protocol::Udp)));
    }

    void readsWhoseAPortIs()
    {
        const QByteArray table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
                                 "   0: 0100007F:5DC0 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1001 0\n"
                                 "   1: 00000000:5DC0 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1002 0\n"
                                 "   2: 0200007F:5DC0 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1003 0\n"
                                 "   3: 0100007F:5DC1 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1004 0\n"
                                 "   4: 0100007F:5DC0 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1005 0\n"
                                 "   5: 0000000000000000FFFF00000100007F:5DC0 00000000000000000000000000000000:0000 0A "
                                 "00000000:00000000 00:00000000 00000000  1006 0\n";
        QCOMPARE(ownersIn(table, forwardTo(22, 24000)), QList<uid_t>({1001, 1002, 1006}));
        PortForward everywhere = forwardTo(22, 24000);
        everywhere.setHostAddress("0.0.0.0");
        QCOMPARE(ownersIn(table, everywhere).size(), 4);
        QCOMPARE(ownersIn("", forwardTo(22, 24000)), QList<uid_t>());
    }

    void refusesAnAddressOfElsewhere()
    {
        PortForward elsewhere = forwardTo(22, 23000);
        elsewhere.setHostAddress("192.0.2.77");
        QCOMPARE(checkFree(elsewhere).error().code(), Code::InvalidArgument);
    }
};

QTEST_GUILESS_MAIN(HostPortsTest)
#include "HostPortsTest.moc"
