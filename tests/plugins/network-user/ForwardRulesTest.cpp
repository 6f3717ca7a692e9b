// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QTest>

#include "ForwardRules.h"
#include "HostSocket.h"

using namespace ghost;
using namespace ghost::user;

class ForwardRulesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fillsInWhatIsNotSaid()
    {
        PortForward wish;
        wish.setGuestPort(80);
        const auto list = checkForwards({wish}, Carrier());
        QVERIFY(list);
        QCOMPARE(list->first(), forwardTo(80));
    }

    void refusesWrongWishes_data()
    {
        QTest::addColumn<QList<PortForward>>("wishes");
        QTest::addColumn<QString>("field");
        const auto with = [](auto change) {
            PortForward wish = forwardTo(80, 24000);
            change(wish);
            return QList<PortForward>{forwardTo(22), wish};
        };
        const QString second = "forwards[1]";
        QTest::newRow("guest port 0") << with([](PortForward &w) { w.setGuestPort(0); }) << second + ".guest_port";
        QTest::newRow("guest port 65536")
            << with([](PortForward &w) { w.setGuestPort(65536); }) << second + ".guest_port";
        QTest::newRow("host port -1") << with([](PortForward &w) { w.setHostPort(-1); }) << second + ".host_port";
        QTest::newRow("host port 70000") << with([](PortForward &w) { w.setHostPort(70000); }) << second + ".host_port";
        QTest::newRow("a name") << with([](PortForward &w) { w.setHostAddress("localhost"); })
                                << second + ".host_address";
        QTest::newRow("IPv6") << with([](PortForward &w) { w.setHostAddress("::1"); }) << second + ".host_address";
        QTest::newRow("more behind its end")
            << with([](PortForward &w) { w.setHostAddress(QString("127.0.0.1") + QChar(0) + ":1"); })
            << second + ".host_address";
        QTest::newRow("an injected option")
            << with([](PortForward &w) { w.setHostAddress("127.0.0.1:1-:2,guestfwd=x"); }) << second + ".host_address";
        QTest::newRow("no protocol of ours")
            << with([](PortForward &w) { w.setProtocol(PortForward::Protocol(7)); }) << second + ".protocol";
        QTest::newRow("one host port twice")
            << QList<PortForward>{forwardTo(22, 24000), forwardTo(80, 24000)} << second + ".host_port";
        PortForward all = forwardTo(80, 24000);
        all.setHostAddress("0.0.0.0");
        QTest::newRow("on all addresses, too")
            << QList<PortForward>{forwardTo(22, 24000), all} << second + ".host_port";
        QTest::newRow("too many") << QList<PortForward>(65, forwardTo(22)) << "forwards";
    }
    void refusesWrongWishes()
    {
        QFETCH(QList<PortForward>, wishes);
        const auto list = checkForwards(wishes, Carrier());
        QVERIFY(!list);
        QCOMPARE(list.error().code(), Code::InvalidArgument);
        QTEST(list.error().field(), "field");
    }

    void allowsOnePortForTcpAndUdp()
    {
        QVERIFY(checkForwards({forwardTo(53, 24000), forwardTo(53, 24000, PortForward::Protocol::Udp)}, Carrier()));
    }

    void allowsOnePortOnTwoAddressesOnlyWhereItsCarrierDoes()
    {
        PortForward other = forwardTo(80, 24000);
        other.setHostAddress("127.0.0.2");
        const QList<PortForward> wishes{forwardTo(22, 24000), other};
        QVERIFY(checkForwards(wishes, Carrier()));
        const auto refused = checkForwards(wishes, Carrier{.program = "/usr/bin/passt", .problem = {}, .note = {}});
        QVERIFY(!refused);
        QCOMPARE(refused.error().field(), QString("forwards[1].host_port"));
    }

    void refusesASubnetAndNullIds()
    {
        NetworkSpec network;
        QCOMPARE(checkNetworkSpec(network).error().field(), QString("id"));
        network.setId(NetworkId::create());
        network.setCidr("10.0.0.0/24");
        QCOMPARE(checkNetworkSpec(network).error().field(), QString("cidr"));
        QCOMPARE(checkPortSpec(PortSpec()).error().field(), QString("vm"));
    }
};

QTEST_GUILESS_MAIN(ForwardRulesTest)
#include "ForwardRulesTest.moc"
