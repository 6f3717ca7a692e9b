// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "SpecJson.h"

#include <QtCore/QJsonArray>

namespace ghost {

namespace {

constexpr int formatVersion = 1;

QJsonObject toJson(const DiskSource &disk)
{
    return {{QStringLiteral("volume"), disk.volume().toString()},
            {QStringLiteral("path"), disk.path()},
            {QStringLiteral("format"), disk.format()},
            {QStringLiteral("read_only"), disk.isReadOnly()}};
}

DiskSource diskFromJson(const QJsonObject &json)
{
    DiskSource disk;
    disk.setVolume(VolumeId::fromString(json.value(QLatin1String("volume")).toString()));
    disk.setPath(json.value(QLatin1String("path")).toString());
    disk.setFormat(json.value(QLatin1String("format")).toString());
    disk.setReadOnly(json.value(QLatin1String("read_only")).toBool());
    return disk;
}

QJsonObject toJson(const PortForward &forward)
{
    return {{QStringLiteral("protocol"), protocolName(forward.protocol())},
            {QStringLiteral("host_address"), forward.hostAddress()},
            {QStringLiteral("host_port"), forward.hostPort()},
            {QStringLiteral("guest_port"), forward.guestPort()}};
}

PortForward forwardFromJson(const QJsonObject &json)
{
    PortForward forward;
    forward.setProtocol(protocolFromName(json.value(QLatin1String("protocol")).toString()));
    forward.setHostAddress(json.value(QLatin1String("host_address")).toString());
    forward.setHostPort(json.value(QLatin1String("host_port")).toInt());
    forward.setGuestPort(json.value(QLatin1String("guest_port")).toInt());
    return forward;
}

template <class T>
QJsonArray arrayOf(const QList<T> &values, QJsonObject (*toJson)(const T &))
{
    QJsonArray array;
    for (const T &value : values)
        array.append(toJson(value));
    return array;
}

template <class T>
QList<T> listOf(const QJsonValue &array, T (*fromJson)(const QJsonObject &))
{
    QList<T> values;
    for (const QJsonValue &value : array.toArray())
        values.append(fromJson(value.toObject()));
    return values;
}

QJsonObject toJson(const NicSource &nic)
{
    return {{QStringLiteral("kind"), QStringLiteral("user")},
            {QStringLiteral("target"), nic.target()},
            {QStringLiteral("mac"), nic.mac()},
            {QStringLiteral("reserved_ip"), nic.reservedIp()},
            {QStringLiteral("forwards"), arrayOf<PortForward>(nic.forwards(), toJson)}};
}

NicSource nicFromJson(const QJsonObject &json)
{
    NicSource nic;
    nic.setKind(NicSource::Kind::User);
    nic.setTarget(json.value(QLatin1String("target")).toString());
    nic.setMac(json.value(QLatin1String("mac")).toString());
    nic.setReservedIp(json.value(QLatin1String("reserved_ip")).toString());
    nic.setForwards(listOf(json.value(QLatin1String("forwards")), forwardFromJson));
    return nic;
}

} // namespace

QJsonObject toJson(const StoredVm &vm)
{
    const VmSpec &spec = vm.spec;
    return {{QStringLiteral("format"), formatVersion},
            {QStringLiteral("id"), spec.id().toString()},
            {QStringLiteral("name"), spec.name()},
            {QStringLiteral("cpus"), spec.cpus()},
            {QStringLiteral("memory_bytes"), spec.memoryBytes()},
            {QStringLiteral("accelerator"), acceleratorName(spec.accelerator())},
            {QStringLiteral("disks"), arrayOf<DiskSource>(spec.disks(), toJson)},
            {QStringLiteral("nics"), arrayOf<NicSource>(spec.nics(), toJson)},
            {QStringLiteral("options"), spec.options()},
            {QStringLiteral("pinned"), vm.machine.toJson()}};
}

Result<StoredVm> storedVmFromJson(const QJsonObject &json)
{
    if (json.value(QLatin1String("format")).toInt() != formatVersion)
        return Error(Code::FailedPrecondition, QStringLiteral("format %1 is wanted").arg(formatVersion));
    StoredVm vm;
    vm.machine = Machine::fromJson(json.value(QLatin1String("pinned")).toObject());
    vm.spec.setId(VmId::fromString(json.value(QLatin1String("id")).toString()));
    vm.spec.setName(json.value(QLatin1String("name")).toString());
    vm.spec.setCpus(json.value(QLatin1String("cpus")).toInt());
    vm.spec.setMemoryBytes(json.value(QLatin1String("memory_bytes")).toInteger());
    vm.spec.setAccelerator(acceleratorFromName(json.value(QLatin1String("accelerator")).toString()));
    vm.spec.setDisks(listOf(json.value(QLatin1String("disks")), diskFromJson));
    vm.spec.setNics(listOf(json.value(QLatin1String("nics")), nicFromJson));
    vm.spec.setOptions(json.value(QLatin1String("options")).toObject());
    vm.spec.setPinned(json.value(QLatin1String("pinned")).toObject());
    if (vm.spec.id().isNull() || vm.spec.cpus() < 1 || vm.spec.memoryBytes() < 1 || vm.machine.type.isEmpty())
        return Error(Code::FailedPrecondition, QStringLiteral("id, cpus, memory or machine are missing"));
    return vm;
}

} // namespace ghost
