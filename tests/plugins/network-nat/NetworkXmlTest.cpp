// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QXmlStreamReader>
#include <QtTest/QTest>

#include "AddressPlan.h"
#include "NetworkXml.h"
#include "SpoofFilter.h"

using namespace ghost;
using namespace ghost::nat;

class NetworkXmlTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesCarryTheIds();
    void reservesEveryAddressAndHasNoRange();
    void keepsStpOff();
    void readsBackWhatItWrites();
    void revisionFollowsTheDefinitionButNotTheDnsNames();
    void escapesWhatPeopleType();
    void readsForeignNetworks_data();
    void readsForeignNetworks();
    void survivesGarbage_data();
    void survivesGarbage();
    void pairsFollowFromIdAndSubnet();
    void filterLetsOnlyOwnMacAndAddressOut();
    void filterTellsOwners();
};

namespace {

NetworkDefinition definition()
{
    return {
        .agent = AgentId::fromString(u"aaaaaaaa-1111-4111-8111-111111111111"),
        .network = NetworkId::fromString(u"bbccdddd-2222-4222-8222-222222222222"),
        .domain = QStringLiteral("ghost"),
        .subnet = *Subnet::parse(u"192.168.77.0/24"),
        .leaseSeconds = 3600,
        .names = {{.ip = QStringLiteral("192.168.77.2"), .names = {QStringLiteral("my-vm"), QStringLiteral("an-id")}}}};
}

/// Attributes of each element of this name, in order.
QList<QXmlStreamAttributes> elements(const QString &text, const QString &name)
{
    QList<QXmlStreamAttributes> found;
    QXmlStreamReader xml(text);
    while (!xml.atEnd()) {
        if (xml.readNext() == QXmlStreamReader::StartElement && xml.qualifiedName() == name)
            found.append(xml.attributes());
    }
    return xml.hasError() ? QList<QXmlStreamAttributes>() : found;
}

} // namespace

void NetworkXmlTest::namesCarryTheIds()
{
    QCOMPARE(definition().objectName(), QStringLiteral("ghost-aaaaaaaa-bbccdddd"));
    QCOMPARE(definition().bridgeName(), QStringLiteral("ghaaaaaaaa-bbcc"));
    QCOMPARE(definition().bridgeName().size(), 15); // IFNAMSIZ without its end
}

void NetworkXmlTest::reservesEveryAddressAndHasNoRange()
{
    NetworkDefinition plain = definition();
    plain.names.clear();
    const QString xml = plain.toXml();
    QVERIFY(elements(xml, QStringLiteral("range")).isEmpty());
    const auto hosts = elements(xml, QStringLiteral("host"));
    QCOMPARE(hosts.size(), 253);
    QCOMPARE(hosts.first().value("mac"), u"52:54:00:bb:cc:02");
    QCOMPARE(hosts.first().value("ip"), u"192.168.77.2");
    QCOMPARE(hosts.last().value("mac"), u"52:54:00:bb:cc:fe");
    QCOMPARE(hosts.last().value("ip"), u"192.168.77.254");
    const auto leases = elements(xml, QStringLiteral("lease"));
    QCOMPARE(leases.size(), 253);
    QCOMPARE(leases.first().value("expiry"), u"3600");
}

void NetworkXmlTest::keepsStpOff()
{
    const auto bridge = elements(definition().toXml(), QStringLiteral("bridge"));
    QCOMPARE(bridge.size(), 1);
    QCOMPARE(bridge.first().value("stp"), u"off");
    QCOMPARE(bridge.first().value("delay"), u"0");
    QCOMPARE(elements(definition().toXml(), QStringLiteral("forward")).value(0).value("mode"), u"nat");
    QCOMPARE(elements(definition().toXml(), QStringLiteral("domain")).value(0).value("localOnly"), u"yes");
}

void NetworkXmlTest::readsBackWhatItWrites()
{
    const FoundNetwork found = FoundNetwork::parse(definition().toXml());
    QCOMPARE(found.agent, definition().agent);
    QCOMPARE(found.network, definition().network);
    QCOMPARE(found.revision, definition().revision());
    QCOMPARE(found.name, definition().objectName());
    QCOMPARE(found.domain, QStringLiteral("ghost"));
    QCOMPARE(found.bridge, definition().bridgeName());
    QCOMPARE(found.subnets, QList<Subnet>{definition().subnet});
    QCOMPARE(found.names, definition().names);
}

void NetworkXmlTest::revisionFollowsTheDefinitionButNotTheDnsNames()
{
    NetworkDefinition other = definition();
    other.names.clear();
    QCOMPARE(other.revision(), definition().revision());
    other.leaseSeconds = 7200;
    QVERIFY(other.revision() != definition().revision());
    other = definition();
    other.subnet = *Subnet::parse(u"10.77.0.0/24");
    QVERIFY(other.revision() != definition().revision());
}

void NetworkXmlTest::escapesWhatPeopleType()
{
    const QString xml = dnsHostXml({.ip = QStringLiteral("1.2.3.4"), .names = {QStringLiteral("<a&b>'\"")}});
    QVERIFY(xml.contains(QStringLiteral("&lt;a&amp;b&gt;")));
}

void NetworkXmlTest::readsForeignNetworks_data()
{
    QTest::addColumn<QString>("ip");
    QTest::addColumn<QString>("subnet");
    QTest::newRow("netmask") << "<ip address='192.168.122.1' netmask='255.255.255.0'/>"
                             << "192.168.122.0/24";
    QTest::newRow("prefix") << "<ip address='10.9.8.7' prefix='16'/>"
                            << "10.9.0.0/16";
    QTest::newRow("family") << "<ip family='ipv4' address='10.9.8.7' prefix='16'><dhcp/></ip>"
                            << "10.9.0.0/16";
    QTest::newRow("neither") << "<ip address='10.9.8.7'/>"
                             << "10.9.8.0/24";
    QTest::newRow("route") << "<route address='10.8.0.0' prefix='13' gateway='10.9.8.2'/>"
                           << "10.8.0.0/13";
    QTest::newRow("IPv6") << "<ip family='ipv6' address='fd00::1' prefix='64'/>"
                          << "";
    QTest::newRow("none") << "<forward mode='bridge'/>"
                          << "";
}

void NetworkXmlTest::readsForeignNetworks()
{
    QFETCH(QString, ip);
    QFETCH(QString, subnet);
    const FoundNetwork found = FoundNetwork::parse(
        QStringLiteral(
            "<network connections='1'><name>default</name><metadata><x:network xmlns:x='urn:else' agent='%1' id='%1'/>"
            "</metadata>%2</network>")
            .arg(definition().agent.toString(), ip));
    QVERIFY(found.agent.isNull()); // another's namespace
    QCOMPARE(found.name, QStringLiteral("default"));
    QCOMPARE(found.subnets.isEmpty() ? QString() : found.subnets.first().toString(), subnet);
}

void NetworkXmlTest::survivesGarbage_data()
{
    QTest::addColumn<QString>("xml");
    QTest::newRow("empty") << "";
    QTest::newRow("text") << "no network";
    QTest::newRow("cut off") << definition().toXml().left(700);
    QTest::newRow("nested") << "<network><name><name>x</name></name><ip/></network>";
}

void NetworkXmlTest::survivesGarbage()
{
    QFETCH(QString, xml);
    FoundNetwork::parse(xml); // ends
}

void NetworkXmlTest::pairsFollowFromIdAndSubnet()
{
    const AddressPlan plan{.network = definition().network, .subnet = definition().subnet};
    QCOMPARE(plan.mac(2), QStringLiteral("52:54:00:bb:cc:02"));
    QCOMPARE(plan.ip(2), QStringLiteral("192.168.77.2"));
    QCOMPARE(plan.mac(254), QStringLiteral("52:54:00:bb:cc:fe"));
}

void NetworkXmlTest::filterLetsOnlyOwnMacAndAddressOut()
{
    const QString xml = SpoofFilter(definition().agent, definition().network).toXml();
    const auto rules = elements(xml, QStringLiteral("rule"));
    QCOMPARE(rules.size(), 6);
    int last = 0;
    for (const auto &rule : rules) {
        QCOMPARE(rule.value("direction"), u"out");
        QVERIFY(rule.value("priority").toInt() > last);
        last = rule.value("priority").toInt();
    }
    QCOMPARE(rules.last().value("action"), u"drop");
    for (const QString &kind : {QStringLiteral("ip"), QStringLiteral("arp")}) {
        for (const auto &match : elements(xml, kind))
            QCOMPARE(match.value("srcmacaddr"), u"$MAC");
    }
}

void NetworkXmlTest::filterTellsOwners()
{
    const SpoofFilter filter(definition().agent, definition().network);
    QCOMPARE(filter.name(), QStringLiteral("ghost-aaaaaaaa-bbccdddd"));
    QVERIFY(filter.toXml().contains(definition().agent.toString()));
    QCOMPARE(filter.toXml(), SpoofFilter(definition().agent, definition().network).toXml());
    // Same first eight characters, another agent.
    const SpoofFilter other(AgentId::fromString(u"aaaaaaaa-3333-4333-8333-333333333333"), definition().network);
    QCOMPARE(other.name(), filter.name());
    QVERIFY(!other.toXml().contains(definition().agent.toString()));
}

QTEST_GUILESS_MAIN(NetworkXmlTest)
#include "NetworkXmlTest.moc"
