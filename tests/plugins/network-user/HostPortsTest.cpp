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

    void refusesAnAddressOfElsewhere()
    {
        PortForward elsewhere = forwardTo(22, 23000);
        elsewhere.setHostAddress("192.0.2.77");
        QCOMPARE(checkFree(elsewhere).error().code(), Code::InvalidArgument);
    }
};

QTEST_GUILESS_MAIN(HostPortsTest)
#include "HostPortsTest.moc"
