// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QTest>

#include "endpoints/ListenAddress.h"

using namespace ghost;

class ListenAddressTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsAddresses_data()
    {
        QTest::addColumn<QString>("written");
        QTest::addColumn<QString>("host");
        QTest::addColumn<int>("port");
        QTest::addColumn<bool>("loopback");
        QTest::newRow("v4") << QStringLiteral("127.0.0.1:9091") << QStringLiteral("127.0.0.1") << 9091 << true;
        QTest::newRow("any port") << QStringLiteral("127.0.0.2:0") << QStringLiteral("127.0.0.2") << 0 << true;
        QTest::newRow("every interface") << QStringLiteral("0.0.0.0:65535") << QStringLiteral("0.0.0.0") << 65535
                                         << false;
        QTest::newRow("v6") << QStringLiteral("[::1]:9091") << QStringLiteral("::1") << 9091 << true;
        QTest::newRow("v6 of a network") << QStringLiteral("[fd00::1]:1") << QStringLiteral("fd00::1") << 1 << false;
    }
    void readsAddresses()
    {
        QFETCH(QString, written);
        const auto address = ListenAddress::parse(written);
        QVERIFY(address);
        QTEST(address->host, "host");
        QTEST(int(address->port), "port");
        QTEST(address->isLoopback(), "loopback");
        QCOMPARE(address->toString(), written);
    }

    void takesLocalhostForIpv4()
    {
        QCOMPARE(ListenAddress::parse(QStringLiteral("localhost:1"))->toString(), QStringLiteral("127.0.0.1:1"));
    }

    void refusesWhatIsNone_data()
    {
        QTest::addColumn<QString>("written");
        for (const char *text : {"", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1",
                                 "127.0.0.1:+1", "127.0.0.1: 1", ":9091", "example.org:9091", "::1:9091", "[::1:9091",
                                 "[127.0.0.1]:9091", "1.2.3:1", "[]:1"})
            QTest::newRow(text) << QString::fromLatin1(text);
    }
    void refusesWhatIsNone()
    {
        QFETCH(QString, written);
        const auto address = ListenAddress::parse(written);
        QVERIFY(!address);
        QCOMPARE(address.error().code(), Code::InvalidArgument);
        QCOMPARE(address.error().field(), QStringLiteral("listen"));
        QVERIFY(!address.error().hint().isEmpty());
    }
};

QTEST_GUILESS_MAIN(ListenAddressTest)
#include "ListenAddressTest.moc"
