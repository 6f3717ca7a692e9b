// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "NicUpdate.h"

#include <algorithm>
#include <tuple>

#include "CommandLine.h"
#include "HostForwards.h"
#include "SpecRules.h"

namespace ghost {

namespace {

Error needsAStop(const QString &what)
{
    return Error(Code::FailedPrecondition, what).withHint(QStringLiteral("stop the VM, then change it"));
}

} // namespace

NicUpdate::NicUpdate(Vm &vm)
    : m_vm(vm)
{}

Result<void> NicUpdate::run(const NicSource &nic, Call &call)
{
    auto stored = m_vm.stored();
    if (!stored)
        return stored.error();
    QList<NicSource> nics = stored->spec.nics();
    const auto port =
        std::find_if(nics.begin(), nics.end(), [&](const NicSource &each) { return each.mac() == nic.mac(); });
    if (port == nics.end())
        return Error(Code::NotFound,
                     QStringLiteral("VM %1 has no network port '%2'").arg(m_vm.id().toString(), nic.mac()))
            .withField(QStringLiteral("mac"));
    if (const auto ok = checkNic(nic, QStringLiteral("nic")); !ok)
        return ok.error();

    const qsizetype index = port - nics.begin();
    const NicSource before = *port;
    const bool isOn = m_vm.isOn();
    if (isOn)
        if (const auto changed = changeRunning(index, before, nic, call); !changed)
            return changed.error();
    *port = nic;
    stored->spec.setNics(nics);
    auto kept = m_vm.store(*stored);
    if (!kept && isOn) {
        Call undo(call.operation(), Call::Clock::now() + 2 * QmpMonitor::answerLimit);
        std::ignore = changeRunning(index, nic, before, undo);
    }
    return kept;
}

Result<void> NicUpdate::changeRunning(qsizetype index, const NicSource &from, const NicSource &to, Call &call)
{
    if (from.target() != to.target() || from.reservedIp() != to.reservedIp())
        return needsAStop(QStringLiteral("a running guest keeps what carries its packets"));
    if (to.target().isEmpty()) {
        const auto monitor = m_vm.monitor();
        if (!monitor)
            return {}; // it has just ended
        return HostForwards(*monitor, netdevId(index)).become(to.forwards(), call);
    }
    if (from.forwards() == to.forwards())
        return {};
    return needsAStop(QStringLiteral("passt opens its ports once, when it starts"));
}

} // namespace ghost
