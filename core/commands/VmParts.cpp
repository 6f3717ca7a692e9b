// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/VmParts.h"

#include <yaml-cpp/yaml.h>

#include "state/StateStore.h"

namespace ghost {

namespace {

/// The driver's answer; an error names the plugin that gave it.
template <class Role, class Value>
Result<Value> answered(const Driver<Role> &driver, const Result<Value> &answer)
{
    return answer ? answer : Result<Value>(answer.error().within(driver.plugin));
}

/// The same for calls of which only the success counts.
template <class Role, class Value>
Result<void> done(const Driver<Role> &driver, const Result<Value> &answer)
{
    return answer ? Result<void>() : Result<void>(answer.error().within(driver.plugin));
}

} // namespace

Result<VmParts> VmParts::of(const VmRecord &record, const Services &services)
{
    VmParts parts;
    parts.m_record = record;
    const auto hypervisor = services.drivers.hypervisor(record.hypervisor);
    if (!hypervisor)
        return hypervisor.error();
    parts.m_hypervisor = *hypervisor;
    if (!record.storage.isEmpty()) {
        const auto storage = services.drivers.storage(record.storage);
        if (!storage)
            return storage.error();
        parts.m_storage = *storage;
    }
    if (!record.network.isEmpty()) {
        const auto network = services.drivers.network(record.network);
        if (!network)
            return network.error();
        parts.m_network = *network;
        parts.m_networkId = services.store.network(record.network);
    }
    return parts;
}

Result<void> VmParts::createDisk(const LocalImage &image, Call &call)
{
    VolumeSpec spec;
    spec.setId(m_record.disk);
    spec.setName(m_record.name);
    spec.setOrigin(VolumeSpec::Origin::Image);
    spec.setImagePath(image.path());
    spec.setSizeBytes(m_record.diskBytes);
    return done(m_storage, m_storage->create(spec, call));
}

Result<void> VmParts::createSeed(const QStringList &sshKeys, Call &call)
{
    VolumeSpec spec;
    spec.setId(m_record.seed);
    spec.setName(m_record.name);
    spec.setOrigin(VolumeSpec::Origin::SeedFiles);
    spec.setSeedLabel(QStringLiteral("CIDATA"));
    spec.setSeedFiles(seedFiles(m_record.id, m_record.name, sshKeys));
    return done(m_storage, m_storage->create(spec, call));
}

Result<void> VmParts::removeDisk(Call &call)
{
    return done(m_storage, m_storage->remove(m_record.disk, call));
}

Result<void> VmParts::removeSeed(Call &call)
{
    return done(m_storage, m_storage->remove(m_record.seed, call));
}

Result<void> VmParts::plug(Call &call)
{
    NetworkSpec network;
    network.setId(m_networkId);
    network.setName(QStringLiteral("ghost"));
    if (auto there = done(m_network, m_network->ensure(network, call)); !there)
        return there;
    PortSpec port;
    port.setVm(m_record.id);
    port.setName(m_record.name);
    return done(m_network, m_network->plug(m_networkId, port, call));
}

Result<void> VmParts::unplug(Call &call)
{
    return done(m_network, m_network->unplug(m_record.id, call));
}

Result<VmInfo> VmParts::define(Call &call)
{
    const auto described = spec(call);
    if (!described)
        return described.error();
    return answered(m_hypervisor, m_hypervisor->create(*described, call));
}

Result<VmInfo> VmParts::powerOn(Call &call)
{
    return answered(m_hypervisor, m_hypervisor->powerOn(m_record.id, call));
}

Result<VmInfo> VmParts::powerOff(const PowerOff &how, Call &call)
{
    return answered(m_hypervisor, m_hypervisor->powerOff(m_record.id, how, call));
}

Result<void> VmParts::remove(Call &call)
{
    return done(m_hypervisor, m_hypervisor->remove(m_record.id, call));
}

Result<VmSpec> VmParts::spec(Call &call)
{
    VmSpec spec;
    spec.setId(m_record.id);
    spec.setName(m_record.name);
    spec.setCpus(m_record.cpus);
    spec.setMemoryBytes(m_record.memoryBytes);
    spec.setAccelerator(m_record.accelerator);
    spec.setOptions(m_record.options);
    spec.setPinned(m_record.pinned);
    QList<DiskSource> disks;
    for (const VolumeId volume : {m_record.disk, m_record.seed}) {
        if (volume.isNull())
            continue;
        const auto source = answered(m_storage, m_storage->source(volume, call));
        if (!source)
            return source.error();
        disks.append(*source);
    }
    spec.setDisks(disks);
    if (hasNetwork()) {
        PortSpec port;
        port.setVm(m_record.id);
        port.setName(m_record.name);
        const auto nic = answered(m_network, m_network->plug(m_networkId, port, call));
        if (!nic)
            return nic.error();
        spec.setNics({*nic});
    }
    return spec;
}

QMap<QString, QByteArray> seedFiles(VmId id, const QString &name, const QStringList &sshKeys)
{
    YAML::Node metaData;
    metaData["instance-id"] = id.toString().toStdString();
    metaData["local-hostname"] = name.toStdString();
    YAML::Node userData;
    for (const QString &key : sshKeys)
        userData["ssh_authorized_keys"].push_back(key.toStdString());
    const auto written = [](const YAML::Node &node) { return QByteArray::fromStdString(YAML::Dump(node)) + '\n'; };
    return {{QStringLiteral("meta-data"), written(metaData)},
            {QStringLiteral("user-data"),
             QByteArrayLiteral("#cloud-config\n") + (sshKeys.isEmpty() ? QByteArray("{}\n") : written(userData))}};
}

} // namespace ghost
