// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QTest>

#include "HostSubnets.h"
#include "SubnetChooser.h"

using namespace ghost;
using namespace ghost::nat;

class SubnetChooserTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void parsesNetworksOnly_data();
    void parsesNetworksOnly();
    void knowsItsAddresses();
    void refusesCandidates_data();
    void refusesCandidates();
    void takesTheFirstFreeOne_data();
    void takesTheFirstFreeOne();
    void namesEveryHolderWhenNoneIsFree();
    void saysSoWhenNothingIsConfigured();
    void namesTheHolderOfAConfiguredSubnet();
    void readsThisHostsRoutes();
};

namespace {

QList<SubnetHolder> holders(const QStringList &cidrs)
{
    QList<SubnetHolder> all;
    for (const QString &cidr : cidrs)
        all.append({.subnet = *Subnet::parse(cidr),
                    .who = QStringLiteral("route on eth0"),
                    .interface = QStringLiteral("eth0")});
    return all;
}

} // namespace

void SubnetChooserTest::parsesNetworksOnly_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("isNetwork");
    QTest::newRow("a /24") << "192.168.77.0/24" << true;
    QTest::newRow("everything") << "0.0.0.0/0" << true;
    QTest::newRow("a host") << "10.1.2.3/32" << true;
    QTest::newRow("host bits set") << "192.168.77.1/24" << false;
    QTest::newRow("no prefix") << "192.168.77.0" << false;
    QTest::newRow("prefix too long") << "192.168.77.0/33" << false;
    QTest::newRow("negative prefix") << "0.0.0.0/-1" << false;
    QTest::newRow("three bytes") << "192.168.77/24" << false;
    QTest::newRow("five bytes") << "192.168.77.0.0/24" << false;
    QTest::newRow("byte too big") << "192.168.256.0/24" << false;
    QTest::newRow("octal") << "192.168.077.0/24" << false;
    QTest::newRow("sign") << "192.168.+7.0/24" << false;
    QTest::newRow("spaces") << " 192.168.7.0/24" << false;
    QTest::newRow("IPv6") << "fd00::/24" << false;
    QTest::newRow("empty") << "" << false;
    QTest::newRow("empty bytes") << ".../24" << false;
}

void SubnetChooserTest::parsesNetworksOnly()
{
    QFETCH(QString, text);
    QFETCH(bool, isNetwork);
    const auto subnet = Subnet::parse(text);
    QCOMPARE(subnet.has_value(), isNetwork);
    if (subnet)
        QCOMPARE(subnet->toString(), text);
}

void SubnetChooserTest::knowsItsAddresses()
{
    const Subnet subnet = *Subnet::parse(u"192.168.77.0/24");
    QCOMPARE(subnet.netmask(), QStringLiteral("255.255.255.0"));
    QCOMPARE(subnet.address(1), QStringLiteral("192.168.77.1"));
    QCOMPARE(subnet.address(254), QStringLiteral("192.168.77.254"));
    QCOMPARE(subnet.hostOf(u"192.168.77.254"), 254);
    QCOMPARE(subnet.hostOf(u"192.168.77.255"), 0);
    QCOMPARE(subnet.hostOf(u"192.168.78.3"), 0);
    QCOMPARE(subnet.hostOf(u"garbage"), 0);
    QVERIFY(Subnet::parse(u"255.255.255.0/24")->overlaps(*Subnet::parse(u"0.0.0.0/0")));
}

void SubnetChooserTest::refusesCandidates_data()
{
    QTest::addColumn<QString>("candidate");
    QTest::newRow("too small") << "192.168.77.0/25";
    QTest::newRow("too large") << "10.0.0.0/8";
    QTest::newRow("not a network") << "192.168.77.1/24";
    QTest::newRow("not an address") << "lan";
}

void SubnetChooserTest::refusesCandidates()
{
    QFETCH(QString, candidate);
    const auto chooser = SubnetChooser::fromConfig({QStringLiteral("10.1.0.0/16"), candidate});
    QVERIFY(!chooser);
    QCOMPARE(chooser.error().code(), Code::InvalidArgument);
    QCOMPARE(chooser.error().field(), QStringLiteral("subnets[1]"));
}

void SubnetChooserTest::takesTheFirstFreeOne_data()
{
    QTest::addColumn<QStringList>("candidates");
    QTest::addColumn<QStringList>("taken");
    QTest::addColumn<QString>("chosen");
    const QStringList two{QStringLiteral("192.168.77.0/24"), QStringLiteral("10.77.0.0/16")};
    QTest::newRow("nothing taken") << two << QStringList{} << "192.168.77.0/24";
    QTest::newRow("another LAN") << two << QStringList{"192.168.1.0/24"} << "192.168.77.0/24";
    QTest::newRow("the very one") << two << QStringList{"192.168.77.0/24"} << "10.77.0.0/24";
    QTest::newRow("a larger one") << two << QStringList{"192.168.0.0/16"} << "10.77.0.0/24";
    QTest::newRow("a part of it") << two << QStringList{"192.168.77.128/25"} << "10.77.0.0/24";
    QTest::newRow("a single host") << two << QStringList{"192.168.77.255/32"} << "10.77.0.0/24";
    QTest::newRow("a neighbour") << two << QStringList{"192.168.76.0/24", "192.168.78.0/24"} << "192.168.77.0/24";
    QTest::newRow("inside a block") << two << QStringList{"192.168.77.0/24", "10.77.0.0/23"} << "10.77.2.0/24";
    QTest::newRow("last of a block") << QStringList{"10.77.0.0/23"} << QStringList{"10.77.0.0/24"} << "10.77.1.0/24";
    QTest::newRow("never Tailscale's") << QStringList{"100.64.0.0/16", "100.127.255.0/24", "100.128.0.0/24"}
                                       << QStringList{} << "100.128.0.0/24";
    QTest::newRow("top of the range") << QStringList{"255.255.0.0/16"} << QStringList{"255.255.0.0/17"}
                                      << "255.255.128.0/24";
}

void SubnetChooserTest::takesTheFirstFreeOne()
{
    QFETCH(QStringList, candidates);
    QFETCH(QStringList, taken);
    QFETCH(QString, chosen);
    const auto chooser = SubnetChooser::fromConfig(candidates);
    QVERIFY(chooser);
    const auto subnet = chooser->choose(holders(taken));
    QVERIFY2(subnet.has_value(), qPrintable(subnet ? QString() : subnet.error().text()));
    QCOMPARE(subnet->toString(), chosen);
}

void SubnetChooserTest::namesEveryHolderWhenNoneIsFree()
{
    const auto chooser = SubnetChooser::fromConfig(
        {QStringLiteral("192.168.77.0/24"), QStringLiteral("255.255.0.0/16"), QStringLiteral("100.100.0.0/24")});
    const auto subnet = chooser->choose(holders({QStringLiteral("192.168.0.0/16"), QStringLiteral("255.255.0.0/16")}));
    QVERIFY(!subnet);
    QCOMPARE(subnet.error().code(), Code::ResourceExhausted);
    QCOMPARE(subnet.error().message(),
             QStringLiteral("no free subnet for virtual machines: taken by 192.168.0.0/16 (route on eth0), "
                            "255.255.0.0/16 (route on eth0), 100.64.0.0/10 (Tailscale)"));
}

void SubnetChooserTest::saysSoWhenNothingIsConfigured()
{
    const auto subnet = SubnetChooser::fromConfig({})->choose({});
    QVERIFY(!subnet);
    QCOMPARE(subnet.error().code(), Code::ResourceExhausted);
}

void SubnetChooserTest::namesTheHolderOfAConfiguredSubnet()
{
    const Subnet subnet = *Subnet::parse(u"192.168.77.0/24");
    QVERIFY(SubnetChooser::check(subnet, holders({QStringLiteral("10.0.0.0/8")})));
    const auto taken = SubnetChooser::check(subnet, holders({QStringLiteral("192.168.76.0/23")}));
    QVERIFY(!taken);
    QCOMPARE(taken.error().code(), Code::ResourceExhausted);
    QCOMPARE(taken.error().message(),
             QStringLiteral("subnet 192.168.77.0/24 is taken by 192.168.76.0/23 (route on eth0)"));
}

void SubnetChooserTest::readsThisHostsRoutes()
{
    const auto found = readHostSubnets();
    QVERIFY2(found.has_value(), qPrintable(found ? QString() : found.error().text()));
    const auto loopback = SubnetChooser::collision(*Subnet::parse(u"127.0.0.0/24"), *found);
    QVERIFY(loopback);
    QCOMPARE(loopback->interface, QStringLiteral("lo"));
    for (const SubnetHolder &holder : *found)
        QVERIFY2(holder.subnet.prefix >= 8, qPrintable(holder.subnet.toString()));
}

QTEST_GUILESS_MAIN(SubnetChooserTest)
#include "SubnetChooserTest.moc"
