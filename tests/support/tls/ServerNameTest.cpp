// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QTest>

#include "tls/ServerName.h"

using namespace ghost;
using Kind = ServerName::Kind;

class ServerNameTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isWrittenInOneWay_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<Kind>("kind");
        QTest::addColumn<QString>("shown");
        QTest::newRow("IPv4") << "10.0.0.7" << Kind::Address << "10.0.0.7";
        QTest::newRow("IPv6") << "0:0:0:0:0:0:0:1" << Kind::Address << "::1";
        QTest::newRow("IPv6 in capitals") << "2001:DB8::1" << Kind::Address << "2001:db8::1";
        QTest::newRow("host") << "my-pc.example.org" << Kind::Host << "my-pc.example.org";
        QTest::newRow("one letter") << "a" << Kind::Host << "a";
        QTest::newRow("digits and a domain") << "10.example.org" << Kind::Host << "10.example.org";
        QTest::newRow("any below") << "*.example.org" << Kind::Host << "*.example.org";
        QTest::newRow("other script") << "xn--bro-hoa.example" << Kind::Host << "xn--bro-hoa.example";
    }
    void isWrittenInOneWay()
    {
        QFETCH(QString, text);
        QFETCH(Kind, kind);
        QFETCH(QString, shown);
        const auto name = ServerName::parse(text);
        QVERIFY2(name, name ? "" : qPrintable(name.error().text()));
        QCOMPARE(name->kind, kind);
        QCOMPARE(name->text, shown);
    }

    void isRefused_data()
    {
        QTest::addColumn<QString>("text");
        const QStringList texts{"",          "10",       "10.0.0",         "10.0.0.256", "[::1]", "::1%eth0",
                                "-",         "a b",      "a,DNS:evil",     "my-pc:9090", ".org",  "a..b",
                                "a.",        "*",        "*.*.de",         "a.*.org",    "-pc",   "pc-",
                                "b\u00fcro", "a\nDNS:b", QString(254, 'a')};
        for (const QString &text : texts)
            QTest::newRow(text.isEmpty() ? "empty" : qPrintable(text.left(20).simplified())) << text;
    }
    void isRefused()
    {
        QFETCH(QString, text);
        const auto name = ServerName::parse(text);
        QVERIFY2(!name, qPrintable(text));
        QCOMPARE(name.error().code(), Code::InvalidArgument);
        QVERIFY(name.error().message().contains(text.left(80)));
    }
};

QTEST_GUILESS_MAIN(ServerNameTest)
#include "ServerNameTest.moc"
