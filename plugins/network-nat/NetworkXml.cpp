// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "NetworkXml.h"

#include <QtCore/QCryptographicHash>
#include <QtCore/QXmlStreamReader>
#include <QtCore/QXmlStreamWriter>

#include "AddressPlan.h"

namespace ghost::nat {
namespace {

constexpr auto tagNamespace = "urn:ghost-agent:network:1";

using Attributes = QList<std::pair<QString, QString>>;

void empty(QXmlStreamWriter &xml, const QString &name, const Attributes &attributes)
{
    xml.writeEmptyElement(name);
    for (const auto &[key, value] : attributes)
        xml.writeAttribute(key, value);
}

void writeTag(QXmlStreamWriter &xml, const NetworkDefinition &definition, const QString &revision)
{
    const QString uri = QString::fromLatin1(tagNamespace);
    xml.writeStartElement(QStringLiteral("metadata"));
    xml.writeNamespace(uri, QStringLiteral("ghost"));
    xml.writeEmptyElement(uri, QStringLiteral("network"));
    xml.writeAttribute(QStringLiteral("agent"), definition.agent.toString());
    xml.writeAttribute(QStringLiteral("id"), definition.network.toString());
    xml.writeAttribute(QStringLiteral("revision"), revision);
    xml.writeEndElement();
}

void writeDnsHost(QXmlStreamWriter &xml, const DnsHost &host)
{
    xml.writeStartElement(QStringLiteral("host"));
    xml.writeAttribute(QStringLiteral("ip"), host.ip);
    for (const QString &name : host.names)
        xml.writeTextElement(QStringLiteral("hostname"), name);
    xml.writeEndElement();
}

/// A reservation for every address, from the start: adding one later costs 0.4 s, in which libvirt takes the NAT of
/// running guests away, and the first one on a network restarts dnsmasq. Without a `<range>` dnsmasq serves only these,
/// and does not ping an address for 3 s before it offers it.
void writeReservations(QXmlStreamWriter &xml, const AddressPlan &plan, int leaseSeconds)
{
    xml.writeStartElement(QStringLiteral("dhcp"));
    for (int host = AddressPlan::firstHost; host <= AddressPlan::lastHost; ++host) {
        xml.writeStartElement(QStringLiteral("host"));
        xml.writeAttribute(QStringLiteral("mac"), plan.mac(host));
        xml.writeAttribute(QStringLiteral("ip"), plan.ip(host));
        empty(xml, QStringLiteral("lease"),
              {{QStringLiteral("expiry"), QString::number(leaseSeconds)},
               {QStringLiteral("unit"), QStringLiteral("seconds")}});
        xml.writeEndElement();
    }
    xml.writeEndElement();
}

QString write(const NetworkDefinition &definition, const QString &revision, const QList<DnsHost> &names)
{
    const AddressPlan plan{.network = definition.network, .subnet = definition.subnet};
    QString text;
    QXmlStreamWriter xml(&text);
    xml.writeStartElement(QStringLiteral("network"));
    xml.writeTextElement(QStringLiteral("name"), definition.objectName());
    xml.writeTextElement(QStringLiteral("uuid"), definition.network.toString());
    writeTag(xml, definition, revision);
    empty(xml, QStringLiteral("forward"), {{QStringLiteral("mode"), QStringLiteral("nat")}});
    // With STP a new port listens and learns for 4 s before it forwards; a bridge with one uplink has no loops.
    empty(xml, QStringLiteral("bridge"),
          {{QStringLiteral("name"), definition.bridgeName()},
           {QStringLiteral("stp"), QStringLiteral("off")},
           {QStringLiteral("delay"), QStringLiteral("0")}});
    empty(xml, QStringLiteral("mac"), {{QStringLiteral("address"), plan.mac(AddressPlan::gatewayHost)}});
    empty(xml, QStringLiteral("domain"),
          {{QStringLiteral("name"), definition.domain}, {QStringLiteral("localOnly"), QStringLiteral("yes")}});
    xml.writeStartElement(QStringLiteral("dns"));
    for (const DnsHost &host : names)
        writeDnsHost(xml, host);
    xml.writeEndElement();
    xml.writeStartElement(QStringLiteral("ip"));
    xml.writeAttribute(QStringLiteral("address"), plan.ip(AddressPlan::gatewayHost));
    xml.writeAttribute(QStringLiteral("netmask"), definition.subnet.netmask());
    writeReservations(xml, plan, definition.leaseSeconds);
    xml.writeEndElement();
    xml.writeEndElement();
    return text;
}

/// `<ip address=… netmask=…>` or prefix; `<route>` has the same attributes.
void readSubnet(const QXmlStreamAttributes &attributes, QList<Subnet> &subnets)
{
    const auto address = parseIpv4(attributes.value(QStringLiteral("address")));
    if (!address)
        return; // IPv6
    bool ok = false;
    int prefix = attributes.value(QStringLiteral("prefix")).toInt(&ok);
    if (const auto mask = parseIpv4(attributes.value(QStringLiteral("netmask"))))
        prefix = qPopulationCount(*mask);
    else if (!ok || prefix < 0 || prefix > 32)
        prefix = 24;
    subnets.append(Subnet::around(*address, prefix));
}

DnsHost readDnsHost(QXmlStreamReader &xml)
{
    DnsHost host{.ip = xml.attributes().value(QStringLiteral("ip")).toString(), .names = {}};
    while (xml.readNextStartElement()) {
        if (xml.name() == u"hostname")
            host.names.append(xml.readElementText());
        else
            xml.skipCurrentElement();
    }
    return host;
}

void readMetadata(QXmlStreamReader &xml, FoundNetwork &found)
{
    while (xml.readNextStartElement()) {
        if (xml.namespaceUri() == QLatin1String(tagNamespace) && xml.name() == u"network") {
            const auto attributes = xml.attributes();
            found.agent = AgentId::fromString(attributes.value(QStringLiteral("agent")));
            found.network = NetworkId::fromString(attributes.value(QStringLiteral("id")));
            found.revision = attributes.value(QStringLiteral("revision")).toString();
        }
        xml.skipCurrentElement();
    }
}

void readDns(QXmlStreamReader &xml, FoundNetwork &found)
{
    while (xml.readNextStartElement()) {
        if (xml.name() == u"host")
            found.names.append(readDnsHost(xml));
        else
            xml.skipCurrentElement();
    }
}

} // namespace

QString NetworkDefinition::objectName() const
{
    return QStringLiteral("ghost-%1-%2").arg(agent.shortString(), network.shortString());
}

QString NetworkDefinition::bridgeName() const
{
    return QStringLiteral("gh%1-%2").arg(agent.shortString(), network.shortString().left(4));
}

QString NetworkDefinition::revision() const
{
    const QByteArray text = write(*this, {}, {}).toUtf8();
    return QString::fromLatin1(QCryptographicHash::hash(text, QCryptographicHash::Sha256).toHex().left(16));
}

QString NetworkDefinition::toXml() const
{
    return write(*this, revision(), names);
}

QString dnsHostXml(const DnsHost &host)
{
    QString text;
    QXmlStreamWriter xml(&text);
    writeDnsHost(xml, host);
    return text;
}

FoundNetwork FoundNetwork::parse(const QString &text)
{
    FoundNetwork found;
    QXmlStreamReader xml(text);
    xml.readNextStartElement(); // <network>
    while (xml.readNextStartElement()) {
        const auto element = xml.name();
        if (element == u"name") {
            found.name = xml.readElementText();
        } else if (element == u"metadata") {
            readMetadata(xml, found);
        } else if (element == u"dns") {
            readDns(xml, found);
        } else {
            if (element == u"bridge")
                found.bridge = xml.attributes().value(QStringLiteral("name")).toString();
            else if (element == u"domain")
                found.domain = xml.attributes().value(QStringLiteral("name")).toString();
            else if (element == u"ip" || element == u"route")
                readSubnet(xml.attributes(), found.subnets);
            xml.skipCurrentElement();
        }
    }
    return found;
}

} // namespace ghost::nat
