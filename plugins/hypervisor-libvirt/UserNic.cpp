// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "UserNic.h"

#include <algorithm>

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

namespace ghost {

namespace {

QString text(const char *latin1)
{
    return QString::fromLatin1(latin1);
}

QString argument(const QJsonObject &object)
{
    return QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact));
}

/// QEMU's word for a forward: `tcp:127.0.0.1:23000-:22`.
QString rule(const PortForward &forward)
{
    return QStringLiteral("%1:%2:%3-:%4")
        .arg(protocolName(forward.protocol()), forward.hostAddress())
        .arg(forward.hostPort())
        .arg(forward.guestPort());
}

QStringList argumentsOf(const NicSource &nic, int index, int slot)
{
    const QString id = QStringLiteral("ghostnic%1").arg(index);
    QJsonArray rules;
    for (const PortForward &forward : nic.forwards())
        rules.append(QJsonObject{{text("str"), rule(forward)}});
    const QJsonObject back{{text("type"), text("user")}, {text("id"), id}, {text("hostfwd"), rules}};
    const QJsonObject front{{text("driver"), text("virtio-net-pci-non-transitional")},
                            {text("id"), id + text("card")},
                            {text("netdev"), id},
                            {text("mac"), nic.mac()},
                            {text("romfile"), QString()},
                            {text("bus"), text("pcie.0")},
                            {text("addr"), QStringLiteral("0x%1").arg(slot, 0, 16)}};
    return {text("-netdev"), argument(back), text("-device"), argument(front)};
}

} // namespace

bool isCarriedByQemu(const NicSource &nic)
{
    return nic.kind() == NicSource::Kind::User && nic.target().isEmpty();
}

void writePasst(QXmlStreamWriter &xml, const NicSource &nic)
{
    xml.writeEmptyElement(text("backend"));
    xml.writeAttribute(text("type"), text("passt"));
    for (const PortForward &forward : nic.forwards()) {
        xml.writeStartElement(text("portForward"));
        xml.writeAttribute(text("proto"), protocolName(forward.protocol()));
        xml.writeAttribute(text("address"), forward.hostAddress());
        xml.writeEmptyElement(text("range"));
        xml.writeAttribute(text("start"), QString::number(forward.hostPort()));
        xml.writeAttribute(text("to"), QString::number(forward.guestPort()));
        xml.writeEndElement();
    }
}

void writeQemuNics(QXmlStreamWriter &xml, const QList<NicSource> &nics, int firstSlot)
{
    const QString qemu = text("http://libvirt.org/schemas/domain/qemu/1.0");
    if (std::ranges::none_of(nics, isCarriedByQemu))
        return;
    xml.writeNamespace(qemu, text("qemu"));
    xml.writeStartElement(qemu, text("commandline"));
    for (int i = 0; i < nics.size(); ++i) {
        if (!isCarriedByQemu(nics.at(i)))
            continue;
        for (const QString &argument : argumentsOf(nics.at(i), i, firstSlot + i)) {
            xml.writeEmptyElement(qemu, text("arg"));
            xml.writeAttribute(text("value"), argument);
        }
    }
    xml.writeEndElement();
}

} // namespace ghost
