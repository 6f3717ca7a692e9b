// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QtTest>

#include "config/TextFormat.h"

using namespace ghost;

class TextFormatTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void tellsWhatHasTheForm_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("fits");
        const auto rows = [](const char *format, const QStringList &good, const QStringList &bad) {
            for (const QString &text : good)
                QTest::addRow("%s: '%s'", format, qPrintable(text)) << format << text << true;
            for (const QString &text : bad)
                QTest::addRow("%s: no '%s'", format, qPrintable(text)) << format << text << false;
        };
        rows("listen-address",
             {"127.0.0.1:9090", "0.0.0.0:0", "127.0.0.1:65535", "[::1]:9090", "[::]:0", "localhost:80"},
             {"",
              "127.0.0.1",
              "127.0.0.1:",
              "127.0.0.1:22222222",
              "127.0.0.1:65536",
              "127.0.0.1:-1",
              "127.0.0.1:+1",
              "127.0.0.1:x",
              "127.0.0.1: 80",
              "127.0.0.1:80 ",
              " 127.0.0.1:80",
              "127.0.0.1:80\n",
              ":80",
              "9090",
              "256.0.0.1:80",
              "127.1:80",
              "::1:80",
              "[::1]",
              "[::1]:65536",
              "[127.0.0.1]:80",
              "[]:80",
              "example.org:80"});
        rows("host-and-port",
             {"100.64.0.1:8080", "cloud.example.org:1", "cloud:65535", "[fd7a::1]:8080", "[fe80::1%eth0]:8080"},
             {"", "cloud", "cloud:", "cloud:0", "cloud:65536", "cloud:http", ":8080", "fd7a::1:8080", "[cloud]:8080",
              "https://cloud:8080", "my cloud:8080"});
        rows("port-range", {"23000-23999", "1024-65535", "2000-2000"},
             {"", "23000", "23000-", "-23000", "23999-23000", "80-90", "1024-65536", "23000-23999-24000", "a-b",
              "23000 - 23999", "23000:23999"});
        rows("ipv4-network", {"192.168.77.0/24", "10.0.0.0/8", "0.0.0.0/0", "10.1.2.3/32"},
             {"", "10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/24", "999.0.0.0/16", "10.0.0/24", "10.0.0.0/024",
              "010.0.0.0/8", "fd00::/64", "10.0.0.0/16 ", "lan"});
    }
    void tellsWhatHasTheForm()
    {
        QFETCH(QString, format);
        QFETCH(QString, text);
        QFETCH(bool, fits);
        const TextFormat *const found = TextFormat::named(format);
        QVERIFY(found);
        QCOMPARE(found->fits(text), fits);
    }

    void hasNoOther()
    {
        QCOMPARE(TextFormat::named("ipv4"), nullptr);
        QCOMPARE(TextFormat::named({}), nullptr);
        for (const QString &name : TextFormat::names())
            QVERIFY(TextFormat::named(name));
    }
};

QTEST_GUILESS_MAIN(TextFormatTest)
#include "TextFormatTest.moc"
