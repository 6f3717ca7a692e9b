// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "SpoofFilter.h"

#include <QtCore/QCryptographicHash>
#include <QtCore/QXmlStreamWriter>

#include "libvirt/Handles.h"
#include "libvirt/LibvirtError.h"

namespace ghost::nat {
namespace {

using Attributes = QList<std::pair<QString, QString>>;

struct Rule
{
    QString action;
    QString protocol;
    Attributes match;
};

/// In this order, all in one chain: libvirt runs a program for each rule (4 ms), and forty for the filter itself.
QList<Rule> rules()
{
    const auto accept = QStringLiteral("accept");
    const auto drop = QStringLiteral("drop");
    const auto ip = QStringLiteral("ip");
    const auto arp = QStringLiteral("arp");
    const std::pair ownMac(QStringLiteral("srcmacaddr"), QStringLiteral("$MAC"));
    const std::pair ownIp(QStringLiteral("srcipaddr"), QStringLiteral("$IP"));
    const std::pair noIp(QStringLiteral("srcipaddr"), QStringLiteral("0.0.0.0"));
    const std::pair arpMac(QStringLiteral("arpsrcmacaddr"), QStringLiteral("$MAC"));
    const std::pair arpIp(QStringLiteral("arpsrcipaddr"), QStringLiteral("$IP"));
    const std::pair arpNoIp(QStringLiteral("arpsrcipaddr"), QStringLiteral("0.0.0.0"));
    const std::pair udp(QStringLiteral("protocol"), QStringLiteral("udp"));
    const auto from = [](const char *port) {
        return std::pair(QStringLiteral("srcportstart"), QString::fromLatin1(port));
    };
    const auto to = [](const char *port) {
        return std::pair(QStringLiteral("dstportstart"), QString::fromLatin1(port));
    };
    return {
        {drop, ip, {ownMac, ownIp, udp, from("67")}},            // a DHCP server of its own
        {accept, ip, {ownMac, ownIp}},                           //
        {accept, ip, {ownMac, noIp, udp, from("68"), to("67")}}, // asks for an address
        {accept, arp, {ownMac, arpMac, arpIp}},                  //
        {accept, arp, {ownMac, arpMac, arpNoIp}},                // asks whether an address is taken
    };
}

void writeRule(QXmlStreamWriter &xml, const Rule &rule, int priority)
{
    xml.writeStartElement(QStringLiteral("rule"));
    xml.writeAttribute(QStringLiteral("action"), rule.action);
    xml.writeAttribute(QStringLiteral("direction"), QStringLiteral("out"));
    xml.writeAttribute(QStringLiteral("priority"), QString::number(priority));
    xml.writeEmptyElement(rule.protocol);
    for (const auto &[key, value] : rule.match)
        xml.writeAttribute(key, value);
    xml.writeEndElement();
}

/// Filters have no metadata; the comment of the last rule carries the tag. It ends with a digest of the rules.
QString write(const SpoofFilter &filter, const QString &uuid, const QString &comment)
{
    QString text;
    QXmlStreamWriter xml(&text);
    xml.writeStartElement(QStringLiteral("filter"));
    xml.writeAttribute(QStringLiteral("name"), filter.name());
    xml.writeAttribute(QStringLiteral("chain"), QStringLiteral("root"));
    xml.writeTextElement(QStringLiteral("uuid"), uuid);
    int priority = 100;
    for (const Rule &rule : rules())
        writeRule(xml, rule, priority++);
    writeRule(xml, {QStringLiteral("drop"), QStringLiteral("mac"), {{QStringLiteral("comment"), comment}}}, priority);
    xml.writeEndElement();
    return text;
}

libvirt::FilterHandle find(virConnectPtr connection, const QString &name)
{
    return libvirt::FilterHandle(virNWFilterLookupByName(connection, name.toUtf8().constData()));
}

} // namespace

QString SpoofFilter::name() const
{
    return QStringLiteral("ghost-%1-%2").arg(m_agent.shortString(), m_network.shortString());
}

QString SpoofFilter::owner() const
{
    return QStringLiteral("ghost-agent %1 network %2").arg(m_agent.toString(), m_network.toString());
}

QString SpoofFilter::tag() const
{
    const QByteArray text = write(*this, {}, {}).toUtf8();
    return QStringLiteral("%1 rules %2")
        .arg(owner(), QString::fromLatin1(QCryptographicHash::hash(text, QCryptographicHash::Sha256).toHex().left(16)));
}

QString SpoofFilter::toXml() const
{
    // Of its own, yet always the same: a filter is replaced only by one with its name and UUID.
    const QUuid uuid =
        QUuid::createUuidV5(m_network.uuid(), QStringLiteral("spoof filter of agent %1").arg(m_agent.toString()));
    return write(*this, uuid.toString(QUuid::WithoutBraces), tag());
}

Result<void> SpoofFilter::ensure(virConnectPtr connection) const
{
    const QString what = QStringLiteral("packet filter %1").arg(name());
    if (const auto existing = find(connection, name())) {
        char *description = virNWFilterGetXMLDesc(existing.get(), 0);
        if (!description)
            return libvirt::lastError(what);
        const QString xml = libvirt::adoptString(description);
        if (xml.contains(tag()))
            return {};
        if (!xml.contains(owner()))
            return Error(Code::AlreadyExists, QStringLiteral("%1 exists and is not this agent's").arg(what))
                .withHint(QStringLiteral("virsh nwfilter-undefine %1").arg(name()));
    } else if (libvirt::lastErrorNumber() != VIR_ERR_NO_NWFILTER) {
        return libvirt::lastError(what);
    }
    const libvirt::FilterHandle defined(virNWFilterDefineXML(connection, toXml().toUtf8().constData()));
    if (!defined)
        return libvirt::lastError(what);
    return {};
}

Result<void> SpoofFilter::remove(virConnectPtr connection) const
{
    const QString what = QStringLiteral("packet filter %1").arg(name());
    const auto existing = find(connection, name());
    if (!existing) {
        if (libvirt::lastErrorNumber() == VIR_ERR_NO_NWFILTER)
            return {};
        return libvirt::lastError(what);
    }
    char *description = virNWFilterGetXMLDesc(existing.get(), 0);
    if (!description)
        return libvirt::lastError(what);
    if (!libvirt::adoptString(description).contains(owner()))
        return {};
    if (virNWFilterUndefine(existing.get()) < 0)
        return libvirt::lastError(what);
    return {};
}

} // namespace ghost::nat
