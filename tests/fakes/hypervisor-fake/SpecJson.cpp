// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "SpecJson.h"

#include <QtCore/QJsonArray>

namespace ghost {

namespace {

QJsonArray nicsToJson(const QList<NicSource> &nics)
{
    QJsonArray array;
    for (const NicSource &nic : nics) {
        QJsonArray forwards;
        for (const PortForward &forward : nic.forwards())
            forwards.append(QJsonArray{protocolName(forward.protocol()), forward.guestPort(), forward.hostAddress(),
                                       forward.hostPort()});
        array.append(QJsonObject{{QStringLiteral("kind"), int(nic.kind())},
                                 {QStringLiteral("target"), nic.target()},
                                 {QStringLiteral("mac"), nic.mac()},
                                 {QStringLiteral("forwards"), forwards}});
    }
    return array;
}

QList<NicSource> nicsFromJson(const QJsonArray &array)
{
    QList<NicSource> nics;
    for (const QJsonValue &value : array) {
        QList<PortForward> forwards;
        for (const QJsonValue &fields : value[QStringLiteral("forwards")].toArray()) {
            PortForward forward;
            forward.setProtocol(protocolFromName(fields[0].toString()));
            forward.setGuestPort(fields[1].toInt());
            forward.setHostAddress(fields[2].toString());
            forward.setHostPort(fields[3].toInt());
            forwards.append(forward);
        }
        NicSource nic;
        nic.setKind(NicSource::Kind(value[QStringLiteral("kind")].toInt()));
        nic.setTarget(value[QStringLiteral("target")].toString());
        nic.setMac(value[QStringLiteral("mac")].toString());
        nic.setForwards(forwards);
        nics.append(nic);
    }
    return nics;
}

QJsonArray disksToJson(const QList<DiskSource> &disks)
{
    QJsonArray array;
    for (const DiskSource &disk : disks)
        array.append(QJsonArray{disk.volume().toString(), disk.path(), disk.format(), disk.isReadOnly()});
    return array;
}

QList<DiskSource> disksFromJson(const QJsonArray &array)
{
    QList<DiskSource> disks;
    for (const QJsonValue &fields : array) {
        DiskSource disk;
        disk.setVolume(VolumeId::fromString(fields[0].toString()));
        disk.setPath(fields[1].toString());
        disk.setFormat(fields[2].toString());
        disk.setReadOnly(fields[3].toBool());
        disks.append(disk);
    }
    return disks;
}

} // namespace

QJsonObject specToJson(const VmSpec &spec)
{
    return {{QStringLiteral("id"), spec.id().toString()},
            {QStringLiteral("name"), spec.name()},
            {QStringLiteral("cpus"), spec.cpus()},
            {QStringLiteral("memory_bytes"), spec.memoryBytes()},
            {QStringLiteral("options"), spec.options()},
            {QStringLiteral("nics"), nicsToJson(spec.nics())},
            {QStringLiteral("disks"), disksToJson(spec.disks())}};
}

VmSpec specFromJson(const QJsonObject &json)
{
    VmSpec spec;
    spec.setId(VmId::fromString(json.value(QStringLiteral("id")).toString()));
    spec.setName(json.value(QStringLiteral("name")).toString());
    spec.setCpus(json.value(QStringLiteral("cpus")).toInt());
    spec.setMemoryBytes(json.value(QStringLiteral("memory_bytes")).toInteger());
    spec.setOptions(json.value(QStringLiteral("options")).toObject());
    spec.setDisks(disksFromJson(json.value(QStringLiteral("disks")).toArray()));
    spec.setNics(nicsFromJson(json.value(QStringLiteral("nics")).toArray()));
    return spec;
}

} // namespace ghost
