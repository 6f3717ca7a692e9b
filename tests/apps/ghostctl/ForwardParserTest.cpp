// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QTest>

#include "input/ForwardParser.h"

using ghost::PortForward;
using ghost::ctl::parseForward;

class ForwardParserTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsEveryForm_data();
    void readsEveryForm();
    void refusesTheRest_data();
    void refusesTheRest();
};

void ForwardParserTest::readsEveryForm_data()
{
    QTest::addColumn<QString>("protocol");
    QTest::addColumn<QString>("address");
    QTest::addColumn<int>("hostPort");
    QTest::addColumn<int>("guestPort");
    QTest::newRow("8080:80") << "tcp"
                             << "" << 8080 << 80;
    QTest::newRow(":80") << "tcp"
                         << "" << 0 << 80;
    QTest::newRow("0:80") << "tcp"
                          << "" << 0 << 80;
    QTest::newRow("udp:5353:53") << "udp"
                                 << "" << 5353 << 53;
    QTest::newRow("udp::53") << "udp"
                             << "" << 0 << 53;
    QTest::newRow("127.0.0.1:8080:80") << "tcp"
                                       << "127.0.0.1" << 8080 << 80;
    QTest::newRow("tcp:0.0.0.0::80") << "tcp"
                                     << "0.0.0.0" << 0 << 80;
    QTest::newRow("tcp:[::1]:65535:1") << "tcp"
                                       << "::1" << 65535 << 1;
}

void ForwardParserTest::readsEveryForm()
{
    QFETCH(QString, protocol);
    QFETCH(QString, address);
    QFETCH(int, hostPort);
    QFETCH(int, guestPort);
    const auto forward = parseForward(QString(QTest::currentDataTag()));
    QVERIFY2(forward, forward ? "" : qPrintable(forward.error().text()));
    QCOMPARE(protocolName(forward->protocol()), protocol);
    QCOMPARE(forward->hostAddress(), address);
    QCOMPARE(forward->hostPort(), hostPort);
    QCOMPARE(forward->guestPort(), guestPort);
}

void ForwardParserTest::refusesTheRest_data()
{
    QTest::addColumn<QString>("why");
    for (const char *text : {"", "80", ":", "8080:", "a:80", "1:2:3", "::1:8080:80", "8080:80\n", " 8080:80", "8080:-1",
                             "8080:80:tcp", "127.0.0.1:80"})
        QTest::newRow(text) << "it is none";
    for (const char *text : {"8080:0", "65536:80", "8080:65536", "99999999999:80"})
        QTest::newRow(text) << "ports go from 1 to 65535";
    QTest::newRow("sctp:8080:80") << "'sctp' is neither tcp nor udp";
    QTest::newRow("unspecified:8080:80") << "'unspecified' is neither";
    QTest::newRow("localhost:8080:80") << "nor an IP address";
}

void ForwardParserTest::refusesTheRest()
{
    QFETCH(QString, why);
    const auto forward = parseForward(QString(QTest::currentDataTag()));
    QVERIFY(!forward);
    QCOMPARE(forward.error().code(), ghost::Code::InvalidArgument);
    QVERIFY2(forward.error().message().contains(why), qPrintable(forward.error().text()));
    QVERIFY(forward.error().hint().contains("8080:80"));
}

QTEST_APPLESS_MAIN(ForwardParserTest)
#include "ForwardParserTest.moc"
