// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "FakeRoles.h"

#include <stdexcept>

#include <unistd.h>

#include "Clock.h"
#include "FakeCall.h"

namespace ghost {

FakeHypervisorRole::FakeHypervisorRole(FakeWorld &world)
    : m_world(world)
{}

void FakeHypervisorRole::setUses(bool volumes, bool network)
{
    m_usesVolumes = volumes;
    m_usesNetwork = network;
}

Capabilities FakeHypervisorRole::capabilities() const
{
    std::function<void()> first;
    {
        const std::scoped_lock lock(m_world.mutex);
        first = m_world.inCapabilities;
    }
    if (first)
        first();
    Capabilities capabilities;
    capabilities.setUsesVolumes(m_usesVolumes);
    capabilities.setUsesNetwork(m_usesNetwork);
    capabilities.setNicKinds({NicSource::Kind::Bridge});
    return capabilities;
}

Result<VmInfo> FakeHypervisorRole::create(const VmSpec &spec, Call &call)
{
    return within(m_world, "create", call, [&]() -> Result<VmInfo> {
        if (const auto at = m_world.specs.find(spec.id()); at != m_world.specs.end()) {
            if (const auto same = at->second.equalInKind(spec); !same)
                return Error(Code::AlreadyExists, same.error().message());
            return m_world.vms.at(spec.id());
        }
        VmInfo info;
        info.setId(spec.id());
        info.setState(VmState::Stopped);
        info.setReason(StateReason::Requested);
        info.setAccelerator(Accelerator::Tcg);
        info.setPinned({{QStringLiteral("machine"), QStringLiteral("fake-1")}});
        m_world.vms[spec.id()] = info;
        m_world.specs[spec.id()] = spec;
        return info;
    });
}

Result<VmInfo> FakeHypervisorRole::powerOn(VmId id, Call &call)
{
    const auto result = within(m_world, "powerOn", call, [&]() -> Result<VmInfo> {
        const auto at = m_world.vms.find(id);
        if (at == m_world.vms.end())
            return unknownVm(id);
        if (at->second.state() != VmState::Running) {
            at->second.setState(VmState::Running);
            at->second.setStartedAtMs(nowMs());
            if (const auto port = m_world.ports.find(id); port != m_world.ports.end())
                port->second.setSinceMs(nowMs());
        }
        return at->second;
    });
    m_world.publish(QStringLiteral("hypervisor"), {DriverEvent::Kind::VmChanged, id});
    return result;
}

Result<VmInfo> FakeHypervisorRole::powerOff(VmId id, const PowerOff &how, Call &call)
{
    return within(m_world, "powerOff", call, [&]() -> Result<VmInfo> {
        const auto at = m_world.vms.find(id);
        if (at == m_world.vms.end())
            return unknownVm(id);
        VmInfo answer = at->second;
        answer.setState(VmState::Stopped);
        answer.setStartedAtMs(0);
        const bool was = at->second.state() == VmState::Stopped;
        at->second = answer;
        answer.setStoppedBy(was ? StopMethod::AlreadyStopped : how.force ? StopMethod::Forced : StopMethod::Acpi);
        return answer;
    });
}

Result<void> FakeHypervisorRole::remove(VmId id, Call &call)
{
    return within(m_world, "remove", call, [&]() -> Result<void> {
        m_world.vms.erase(id);
        m_world.specs.erase(id);
        return {};
    });
}

Result<VmInfo> FakeHypervisorRole::inspect(VmId id, Call &call)
{
    return within(m_world, "inspect", call, [&]() -> Result<VmInfo> {
        const auto at = m_world.vms.find(id);
        return at == m_world.vms.end() ? Result<VmInfo>(unknownVm(id)) : at->second;
    });
}

Result<QList<VmInfo>> FakeHypervisorRole::list(Call &call)
{
    return within(m_world, "list", call, [&]() -> Result<QList<VmInfo>> {
        QList<VmInfo> infos;
        for (const auto &[id, info] : m_world.vms)
            infos.append(info);
        return infos;
    });
}

NicSource::Kind FakeNetworkRole::nicKind() const
{
    const std::scoped_lock lock(m_world.mutex);
    if (m_world.throwsNicKind)
        throw std::runtime_error("bad network");
    return m_world.nicKind;
}

Result<NetworkInfo> FakeNetworkRole::ensure(const NetworkSpec &spec, Call &call)
{
    return within(m_world, "ensure", call, [&]() -> Result<NetworkInfo> {
        NetworkInfo info;
        info.setId(spec.id());
        return info;
    });
}

Result<void> FakeNetworkRole::remove(NetworkId, Call &call)
{
    return within(m_world, "removeNetwork", call, []() -> Result<void> { return {}; });
}

Result<NicSource> FakeNetworkRole::plug(NetworkId, const PortSpec &port, Call &call)
{
    return within(m_world, "plug", call, [&]() -> Result<NicSource> {
        Address address;
        address.setIp(QStringLiteral("192.0.2.7"));
        address.setEndpoint(QStringLiteral("127.0.0.1:40022")); // the core then knocks at no door
        m_world.ports.try_emplace(port.vm(), address);
        NicSource nic;
        nic.setKind(m_world.nicKind);
        nic.setMac(QStringLiteral("52:54:00:12:34:56"));
        nic.setForwards(m_world.forwards[port.vm()]);
        return nic;
    });
}

Result<void> FakeNetworkRole::unplug(VmId vm, Call &call)
{
    return within(m_world, "unplug", call, [&]() -> Result<void> {
        m_world.ports.erase(vm);
        m_world.forwards.erase(vm);
        return {};
    });
}

Result<QList<Address>> FakeNetworkRole::addresses(VmId vm, Call &call)
{
    return within(m_world, "addresses", call, [&]() -> Result<QList<Address>> {
        const auto at = m_world.ports.find(vm);
        if (at == m_world.ports.end() || !m_world.givesAddresses)
            return QList<Address>();
        return m_world.otherAddresses + QList<Address>{at->second};
    });
}

Result<QList<VmId>> FakeNetworkRole::ports(Call &)
{
    return QList<VmId>();
}

Result<VolumeInfo> FakeStorageRole::create(const VolumeSpec &spec, Call &call)
{
    const bool isSeed = spec.origin() == VolumeSpec::Origin::SeedFiles;
    return within(m_world, isSeed ? "createSeed" : "createDisk", call, [&]() -> Result<VolumeInfo> {
        m_world.volumes[spec.id()] = isSeed;
        VolumeInfo info;
        info.setId(spec.id());
        return info;
    });
}

Result<void> FakeStorageRole::remove(VolumeId id, Call &call)
{
    bool isSeed = false;
    {
        const std::scoped_lock lock(m_world.mutex);
        const auto at = m_world.volumes.find(id);
        isSeed = at != m_world.volumes.end() && at->second;
    }
    return within(m_world, isSeed ? "removeSeed" : "removeDisk", call, [&]() -> Result<void> {
        m_world.volumes.erase(id);
        return {};
    });
}

Result<VolumeInfo> FakeStorageRole::resize(VolumeId, qint64, Call &)
{
    return Error(Code::Unsupported, QStringLiteral("a fake disk has no size"));
}

Result<VolumeInfo> FakeStorageRole::inspect(VolumeId, Call &)
{
    return Error(Code::Unsupported, QStringLiteral("nothing to see"));
}

Result<QList<VolumeInfo>> FakeStorageRole::list(Call &)
{
    return QList<VolumeInfo>();
}

Result<DiskSource> FakeStorageRole::source(VolumeId id, Call &call)
{
    return within(m_world, "source", call, [&]() -> Result<DiskSource> {
        if (!m_world.volumes.contains(id))
            return Error(Code::NotFound, QStringLiteral("no volume %1").arg(id.toString()));
        DiskSource source;
        source.setVolume(id);
        source.setPath(QStringLiteral("/disks/") + id.toString());
        return source;
    });
}

Result<ImageInfo> FakeImagesRole::resolve(const ImageRef &ref, Call &call)
{
    return within(m_world, "resolve", call, [&]() -> Result<ImageInfo> {
        if (!m_world.images.contains(ref.name()))
            return Error(Code::NotFound, QStringLiteral("no image '%1'").arg(ref.name()));
        ImageInfo info;
        info.setName(ref.name());
        info.setDiskBytes(qint64(1) << 30);
        return info;
    });
}

Result<LocalImage> FakeImagesRole::fetch(const ImageRef &ref, Call &call)
{
    const auto info = resolve(ref, call);
    if (!info)
        return info.error();
    return within(m_world, "fetch", call, [&]() -> Result<LocalImage> {
        LocalImage image;
        image.setInfo(*info);
        image.setPath(QStringLiteral("/images/") + ref.name());
        return image;
    });
}

Result<ImageInfo> FakeImagesRole::import(const QString &name, int input, qint64 sizeBytes, Call &call)
{
    return within(m_world, "import", call, [&]() -> Result<ImageInfo> {
        char buffer[256];
        qint64 size = 0;
        for (ssize_t got = 0; (got = ::read(input, buffer, sizeof buffer)) > 0;)
            size += got;
        if (size != sizeBytes)
            return Error(Code::InvalidArgument, QStringLiteral("%1 bytes, not %2").arg(size).arg(sizeBytes));
        m_world.images.insert(name);
        ImageInfo info;
        info.setName(name);
        return info;
    });
}

Result<void> FakeImagesRole::remove(const ImageRef &ref, Call &call)
{
    return within(m_world, "removeImage", call, [&]() -> Result<void> {
        m_world.images.remove(ref.name());
        return {};
    });
}

Result<QList<ImageInfo>> FakeImagesRole::list(Call &call)
{
    return within(m_world, "listImages", call, [&]() -> Result<QList<ImageInfo>> { return QList<ImageInfo>(); });
}

} // namespace ghost
