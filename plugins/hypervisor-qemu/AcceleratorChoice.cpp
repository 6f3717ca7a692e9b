// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "AcceleratorChoice.h"

#include <QtCore/QSysInfo>

namespace ghost {

namespace {

/// QEMU runs as this process's own user.
KvmPaths ownRights()
{
    KvmPaths paths;
    paths.qemuUser.clear();
    return paths;
}

} // namespace

AcceleratorChoice::AcceleratorChoice(QemuProgram &program, CpuModels cpus, const QString &dataFolder, bool tryGuest)
    : m_program(program)
    , m_cpus(std::move(cpus))
    , m_trial(dataFolder)
    , m_kvm(*this, KvmProbe(ownRights()), dataFolder + QStringLiteral("/kvm-trial.json"), tryGuest)
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

Result<QString> AcceleratorChoice::fingerprint(Call &)
{
    const auto qemu = m_program.fingerprint();
    if (!qemu)
        return qemu.error();
    return QStringLiteral("kernel %1, %2").arg(QSysInfo::kernelVersion(), *qemu);
}

Result<KvmVerdict> AcceleratorChoice::runTrial(Accelerator accelerator, Call &call)
{
    const auto path = m_program.locate();
    if (!path)
        return path.error();
    const auto machine = newest(accelerator, call);
    if (!machine)
        return machine.error();
    return m_trial.run(*path, *machine, call);
}

Result<Machine> AcceleratorChoice::newest(Accelerator accelerator, Call &call)
{
    const auto type = m_program.newestMachine(call);
    if (!type)
        return type.error();
    return Machine{*type, accelerator == Accelerator::Kvm ? m_cpus.kvm : m_cpus.tcg, accelerator};
}

} // namespace ghost
