// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "AcceleratorChoice.h"

#include <QtCore/QSysInfo>

#include "libvirt/LibvirtError.h"

namespace ghost {

AcceleratorChoice::AcceleratorChoice(libvirt::ConnectionPool &pool, KvmProbe probe, KvmTrial trial, QString memoryFile,
                                     bool tryGuest)
    : m_pool(pool)
    , m_trial(std::move(trial))
    , m_kvm(*this, std::move(probe), std::move(memoryFile), tryGuest)
{}

Result<Machine> AcceleratorChoice::machineFor(Accelerator wanted, Call &call)
{
    if (wanted == Accelerator::Tcg)
        return newest(Accelerator::Tcg, call);
    // Who asks for KVM by name is believed as far as the host can be: their guest is the trial.
    const auto found = wanted == Accelerator::Kvm ? Result<KvmVerdict>(m_kvm.look()) : m_kvm.verdict(call);
    if (!found)
        return found.error();
    if (!found->isUsable())
        return found->toError();
    return newest(Accelerator::Kvm, call);
}

Result<QString> AcceleratorChoice::fingerprint(Call &call)
{
    const auto lease = m_pool.acquire(call);
    if (!lease)
        return lease.error();
    unsigned long qemu = 0;
    if (virConnectGetVersion(lease->get(), &qemu) < 0)
        return libvirt::lastError(QStringLiteral("cannot ask for QEMU's version"));
    return QStringLiteral("kernel %1, qemu %2").arg(QSysInfo::kernelVersion()).arg(qemu);
}

Result<KvmVerdict> AcceleratorChoice::runTrial(Accelerator accelerator, Call &call)
{
    const auto machine = newest(accelerator, call);
    if (!machine)
        return machine.error();
    return m_trial.run(*machine, call);
}

Result<Machine> AcceleratorChoice::newest(Accelerator accelerator, Call &call)
{
    const auto lease = m_pool.acquire(call);
    if (!lease)
        return lease.error();
    return newestMachine(lease->get(), accelerator);
}

} // namespace ghost
