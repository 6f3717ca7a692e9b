// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Tag.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QXmlStreamReader>
#include <QtCore/QXmlStreamWriter>

namespace ghost {

namespace {

QString compact(const QJsonObject &object)
{
    return QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact));
}

QJsonObject kindOf(const VmSpec &spec)
{
    QJsonArray disks;
    for (const DiskSource &disk : spec.disks())
        disks.append(QJsonObject{{QStringLiteral("volume"), disk.volume().toString()},
                                 {QStringLiteral("format"), disk.format()},
                                 {QStringLiteral("readOnly"), disk.isReadOnly()}});
    QJsonArray nics;
    for (const NicSource &nic : spec.nics())
        nics.append(
            QJsonObject{{QStringLiteral("kind"), static_cast<int>(nic.kind())}, {QStringLiteral("mac"), nic.mac()}});
    return {{QStringLiteral("cpus"), spec.cpus()},
            {QStringLiteral("memoryBytes"), spec.memoryBytes()},
            {QStringLiteral("options"), spec.options()},
            {QStringLiteral("disks"), disks},
            {QStringLiteral("nics"), nics}};
}

} // namespace

Tag Tag::of(AgentId agent, const VmSpec &spec, Accelerator accelerator, const QJsonObject &pinned)
{
    return {agent, spec.id(), accelerator, pinned, kindOf(spec), 0, false};
}

std::optional<Tag> Tag::read(const QString &xml)
{
    QXmlStreamReader reader(xml);
    Tag tag;
    bool inside = false;
    for (bool root = true; !reader.atEnd();) {
        if (reader.readNext() != QXmlStreamReader::StartElement)
            continue;
        const bool ours = reader.namespaceUri() == QLatin1String(uri);
        const bool bare = root && reader.namespaceUri().isEmpty(); // virDomainGetMetadata strips the namespace
        root = false;
        if (reader.name() == QLatin1String("vm") && (ours || bare)) {
            inside = true;
            const QXmlStreamAttributes attributes = reader.attributes();
            tag.agent = AgentId::fromString(attributes.value(QLatin1String("agent")));
            tag.vm = VmId::fromString(attributes.value(QLatin1String("id")));
            tag.accelerator = acceleratorFromName(attributes.value(QLatin1String("accelerator")));
            tag.startedAtMs = attributes.value(QLatin1String("started")).toLongLong();
            tag.cardsUnplugged = attributes.value(QLatin1String("cards")) == QLatin1String("unplugged");
        } else if (inside && reader.name() == QLatin1String("kind")) {
            tag.kind = QJsonDocument::fromJson(reader.readElementText().toUtf8()).object();
        } else if (inside && reader.name() == QLatin1String("pinned")) {
            tag.pinned = QJsonDocument::fromJson(reader.readElementText().toUtf8()).object();
            inside = false;
        }
    }
    if (reader.hasError() || tag.agent.isNull() || tag.vm.isNull())
        return {};
    return tag;
}

void Tag::write(QXmlStreamWriter &xml) const
{
    xml.writeNamespace(QLatin1String(uri), QLatin1String(prefix));
    writeContent(xml, QLatin1String(uri));
}

QString Tag::toBareXml() const
{
    QString text;
    QXmlStreamWriter xml(&text);
    writeContent(xml, {});
    return text;
}

void Tag::writeContent(QXmlStreamWriter &xml, const QString &ns) const
{
    xml.writeStartElement(ns, QStringLiteral("vm"));
    xml.writeAttribute(QStringLiteral("agent"), agent.toString());
    xml.writeAttribute(QStringLiteral("id"), vm.toString());
    xml.writeAttribute(QStringLiteral("accelerator"), acceleratorName(accelerator));
    if (startedAtMs)
        xml.writeAttribute(QStringLiteral("started"), QString::number(startedAtMs));
    if (cardsUnplugged)
        xml.writeAttribute(QStringLiteral("cards"), QStringLiteral("unplugged"));
    xml.writeTextElement(ns, QStringLiteral("kind"), compact(kind));
    xml.writeTextElement(ns, QStringLiteral("pinned"), compact(pinned));
    xml.writeEndElement();
}

VmSpec Tag::specInKind() const
{
    VmSpec spec;
    spec.setId(vm);
    spec.setCpus(kind.value(QLatin1String("cpus")).toInt());
    spec.setMemoryBytes(kind.value(QLatin1String("memoryBytes")).toInteger());
    spec.setOptions(kind.value(QLatin1String("options")).toObject());
    QList<DiskSource> disks;
    for (const QJsonValue &value : kind.value(QLatin1String("disks")).toArray()) {
        DiskSource disk;
        disk.setVolume(VolumeId::fromString(value[QLatin1String("volume")].toString()));
        disk.setFormat(value[QLatin1String("format")].toString());
        disk.setReadOnly(value[QLatin1String("readOnly")].toBool());
        disks.append(disk);
    }
    spec.setDisks(disks);
    QList<NicSource> nics;
    for (const QJsonValue &value : kind.value(QLatin1String("nics")).toArray()) {
        NicSource nic;
        nic.setKind(static_cast<NicSource::Kind>(value[QLatin1String("kind")].toInt()));
        nic.setMac(value[QLatin1String("mac")].toString());
        nics.append(nic);
    }
    spec.setNics(nics);
    return spec;
}

} // namespace ghost
