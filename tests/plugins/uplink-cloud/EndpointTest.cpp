// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QJsonArray>
#include <QtTest/QTest>

#include "Endpoint.h"
#include "UplinkOptions.h"

using namespace ghost;
using namespace ghost::uplink;

class EndpointTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void takesHostsAndAddresses_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("isPrivate");
        QTest::newRow("tailnet") << "100.64.0.1:8080" << true;
        QTest::newRow("end of the tailnet") << "100.127.255.254:8080" << true;
        QTest::newRow("beyond it") << "100.128.0.1:8080" << false;
        QTest::newRow("here") << "127.0.0.1:1" << true;
        QTest::newRow("here, by name") << "localhost:1" << true;
        QTest::newRow("name") << "cloud.example.org:443" << false;
        QTest::newRow("IPv6") << "[2001:db8::1]:8080" << false;
        QTest::newRow("tailnet, IPv6") << "[fd7a:115c:a1e0::1]:8080" << true;
    }
    void takesHostsAndAddresses()
    {
        QFETCH(QString, text);
        QFETCH(bool, isPrivate);
        const auto endpoint = Endpoint::parse(text);
        QVERIFY(endpoint);
        QCOMPARE(endpoint->toString(), text);
        QCOMPARE(endpoint->isPrivate(), isPrivate);
    }

    void refusesTheRest()
    {
        for (const char *text : {"", "cloud", ":8080", "cloud:", "cloud:0", "cloud:70000", "::1:8080", "[cloud]:1",
                                 "http://cloud:8080", "a b:1"}) {
            const auto endpoint = Endpoint::parse(QString::fromLatin1(text));
            QVERIFY2(!endpoint, text);
            QCOMPARE(endpoint.error().field(), "endpoint");
        }
    }

    void knowsWhetherSomebodyIsThere() { QVERIFY(!(Endpoint{"127.0.0.1", 1}.answersTcp())); }

    void readsItsSettings()
    {
        const auto options = UplinkOptions::parse(
            {{"endpoint", "10.0.0.1:9"}, {"allow", QJsonArray{"start", "stop"}}, {"heartbeat", 5000}, {"name", "n"}});
        QVERIFY(options);
        QCOMPARE(options->endpoint.port, quint16(9));
        QCOMPARE(options->allowed, QStringList({"start", "stop"}));
        QCOMPARE(options->heartbeat, std::chrono::seconds(5));
        QCOMPARE(options->name, "n");
        QVERIFY(UplinkOptions::parse({})->allowed.isEmpty());
    }

    void wantsAllOfTlsOrNothing()
    {
        const auto options = UplinkOptions::parse({{"tls", QJsonObject{{"ca", "/a"}}}});
        QVERIFY(!options);
        QCOMPARE(options.error().field(), "tls");
    }
};

QTEST_GUILESS_MAIN(EndpointTest)
#include "EndpointTest.moc"
