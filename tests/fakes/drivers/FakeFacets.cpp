// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "FakeFacets.h"

#include "FakeCall.h"

namespace ghost {

Result<VmInfo> FakeHypervisorFacets::pause(VmId id, Call &call)
{
    return change("pause", id, VmState::Paused, call);
}

Result<VmInfo> FakeHypervisorFacets::resume(VmId id, Call &call)
{
    return change("resume", id, VmState::Running, call);
}

Result<VmInfo> FakeHypervisorFacets::change(const char *name, VmId id, VmState to, Call &call)
{
    return within(m_world, name, call, [&]() -> Result<VmInfo> {
        const auto at = m_world.vms.find(id);
        if (at == m_world.vms.end())
            return unknownVm(id);
        if (at->second.state() != VmState::Running && at->second.state() != VmState::Paused)
            return Error(Code::FailedPrecondition, QStringLiteral("it does not run"));
        at->second.setState(to);
        return at->second;
    });
}

Result<void> FakeHypervisorFacets::updateNic(VmId id, const NicSource &nic, Call &call)
{
    return within(m_world, "updateNic", call, [&]() -> Result<void> {
        const auto at = m_world.specs.find(id);
        if (at == m_world.specs.end())
            return unknownVm(id);
        at->second.setNics({nic});
        return {};
    });
}

Result<QList<PortForward>> FakeNetworkFacets::forwards(VmId vm, Call &call)
{
    return within(m_world, "forwards", call, [&]() -> Result<QList<PortForward>> {
        return m_world.ports.contains(vm) ? m_world.forwards[vm] : Result<QList<PortForward>>(unknownVm(vm));
    });
}

Result<NicSource> FakeNetworkFacets::setForwards(VmId vm, const QList<PortForward> &forwards, Call &call)
{
    return within(m_world, "setForwards", call, [&]() -> Result<NicSource> {
        if (!m_world.ports.contains(vm))
            return unknownVm(vm);
        QList<PortForward> chosen = forwards;
        for (PortForward &forward : chosen)
            if (forward.hostPort() == 0)
                forward.setHostPort(m_world.nextHostPort++);
        m_world.forwards[vm] = chosen;
        NicSource nic;
        nic.setKind(m_world.nicKind);
        nic.setMac(QStringLiteral("52:54:00:12:34:56"));
        nic.setForwards(chosen);
        return nic;
    });
}

Result<QCborMap> FakeCloud::status(Call &call)
{
    return within(m_world, "cloudStatus", call, [&]() -> Result<QCborMap> {
        return QCborMap{
            {QStringLiteral("state"), m_world.hasLeftCloud ? QStringLiteral("left") : QStringLiteral("connected")},
            {QStringLiteral("paused"), m_world.isCloudPaused}};
    });
}

Result<void> FakeCloud::setPaused(bool paused, Call &call)
{
    return within(m_world, "setPaused", call, [&]() -> Result<void> {
        m_world.isCloudPaused = paused;
        return {};
    });
}

Result<void> FakeCloud::leave(Call &call)
{
    return within(m_world, "leave", call, [&]() -> Result<void> {
        m_world.hasLeftCloud = true;
        return {};
    });
}

} // namespace ghost
