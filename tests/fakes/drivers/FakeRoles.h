// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include "FakeDrivers.h"

namespace ghost {

// The four roles of FakeDrivers: maps in the world, a hook around each call.

class FakeHypervisorRole : public Hypervisor
{
public:
    explicit FakeHypervisorRole(FakeWorld &world);
    void setUses(bool volumes, bool network);

    Capabilities capabilities() const override;
    Result<VmInfo> create(const VmSpec &spec, Call &call) override;
    Result<VmInfo> powerOn(VmId id, Call &call) override;
    Result<VmInfo> powerOff(VmId id, const PowerOff &how, Call &call) override;
    Result<void> remove(VmId id, Call &call) override;
    Result<VmInfo> inspect(VmId id, Call &call) override;
    Result<QList<VmInfo>> list(Call &call) override;

private:
    FakeWorld &m_world;
    std::atomic<bool> m_usesVolumes = true;
    std::atomic<bool> m_usesNetwork = true;
};

class FakeNetworkRole : public Network
{
public:
    explicit FakeNetworkRole(FakeWorld &world)
        : m_world(world)
    {}
    NicSource::Kind nicKind() const override;
    Result<NetworkInfo> ensure(const NetworkSpec &spec, Call &call) override;
    Result<void> remove(NetworkId id, Call &call) override;
    Result<NicSource> plug(NetworkId id, const PortSpec &port, Call &call) override;
    Result<void> unplug(VmId vm, Call &call) override;
    Result<QList<Address>> addresses(VmId vm, Call &call) override;
    Result<QList<VmId>> ports(Call &call) override;

private:
    FakeWorld &m_world;
};

class FakeStorageRole : public Storage
{
public:
    explicit FakeStorageRole(FakeWorld &world)
        : m_world(world)
    {}
    Result<VolumeInfo> create(const VolumeSpec &spec, Call &call) override;
    Result<void> remove(VolumeId id, Call &call) override;
    Result<VolumeInfo> resize(VolumeId id, qint64 sizeBytes, Call &call) override;
    Result<VolumeInfo> inspect(VolumeId id, Call &call) override;
    Result<QList<VolumeInfo>> list(Call &call) override;
    Result<DiskSource> source(VolumeId id, Call &call) override;

private:
    FakeWorld &m_world;
};

class FakeImagesRole : public ImageSource
{
public:
    explicit FakeImagesRole(FakeWorld &world)
        : m_world(world)
    {}
    Result<ImageInfo> resolve(const ImageRef &ref, Call &call) override;
    Result<LocalImage> fetch(const ImageRef &ref, Call &call) override;
    Result<ImageInfo> import(const QString &name, int input, qint64 sizeBytes, Call &call) override;
    Result<void> remove(const ImageRef &ref, Call &call) override;
    Result<QList<ImageInfo>> list(Call &call) override;

private:
    FakeWorld &m_world;
};

} // namespace ghost
