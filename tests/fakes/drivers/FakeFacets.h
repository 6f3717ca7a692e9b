// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QObject>

#include "FakeDrivers.h"

namespace ghost {

// Root objects of the fake drivers: what they can do beside their roles.

class FakeHypervisorFacets : public QObject, public VmPause, public VmNicUpdate
{
    Q_OBJECT
    Q_INTERFACES(ghost::VmPause ghost::VmNicUpdate)
public:
    explicit FakeHypervisorFacets(FakeWorld &world)
        : m_world(world)
    {}
    Result<VmInfo> pause(VmId id, Call &call) override;
    Result<VmInfo> resume(VmId id, Call &call) override;
    Result<void> updateNic(VmId id, const NicSource &nic, Call &call) override;

private:
    Result<VmInfo> change(const char *name, VmId id, VmState to, Call &call);

    FakeWorld &m_world;
};

class FakeNetworkFacets : public QObject, public PortForwards
{
    Q_OBJECT
    Q_INTERFACES(ghost::PortForwards)
public:
    explicit FakeNetworkFacets(FakeWorld &world)
        : m_world(world)
    {}
    Result<QList<PortForward>> forwards(VmId vm, Call &call) override;
    Result<NicSource> setForwards(VmId vm, const QList<PortForward> &forwards, Call &call) override;

private:
    FakeWorld &m_world;
};

class FakeCloud : public QObject, public CloudLink
{
    Q_OBJECT
    Q_INTERFACES(ghost::CloudLink)
public:
    explicit FakeCloud(FakeWorld &world)
        : m_world(world)
    {}
    Result<QCborMap> status(Call &call) override;
    Result<void> setPaused(bool paused, Call &call) override;
    Result<void> leave(Call &call) override;

private:
    FakeWorld &m_world;
};

} // namespace ghost
