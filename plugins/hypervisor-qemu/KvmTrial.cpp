// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "KvmTrial.h"

#include <algorithm>

#include <QtCore/QTemporaryFile>

#include "kvm/TrialBootSector.h"
#include "qemu-img/HelperProcess.h"

namespace ghost {

namespace {

/// Under TCG the guest needs 0.2 s.
constexpr std::chrono::seconds trialLimit{10};

KvmVerdict diesInKvm(const QString &how)
{
    return {QStringLiteral("a guest dies in it: %1").arg(how.simplified()),
            QStringLiteral("common where this machine is itself a VM: its host must offer full nested virtualization")};
}

QStringList trialArguments(const Machine &machine, const QString &disk)
{
    const bool kvm = machine.accelerator == Accelerator::Kvm;
    return {QStringLiteral("-machine"),
            machine.type + QStringLiteral(",usb=off"),
            QStringLiteral("-accel"),
            kvm ? QStringLiteral("kvm") : QStringLiteral("tcg"),
            QStringLiteral("-cpu"),
            machine.cpu,
            QStringLiteral("-m"),
            QStringLiteral("64"),
            QStringLiteral("-display"),
            QStringLiteral("none"),
            QStringLiteral("-blockdev"),
            QStringLiteral("driver=raw,node-name=disk,read-only=on,file.driver=file,file.read-only=on,file.filename=") +
                QString(disk).replace(u',', QStringLiteral(",,")),
            QStringLiteral("-device"),
            QStringLiteral("virtio-blk-pci,drive=disk"),
            QStringLiteral("-nodefaults"),
            QStringLiteral("-no-user-config")};
}

} // namespace

KvmTrial::KvmTrial(QString folder)
    : m_folder(std::move(folder))
{}

Result<KvmVerdict> KvmTrial::run(const QString &qemu, const Machine &machine, Call &call) const
{
    const QByteArray bootSector = trialBootSector();
    if (bootSector.isEmpty())
        return KvmVerdict{};
    QTemporaryFile disk(m_folder + QStringLiteral("/trial-XXXXXX.img"));
    // 1 MiB: SeaBIOS boots from no disk of one sector.
    if (!disk.open() || disk.write(bootSector) != bootSector.size() || !disk.resize(1 << 20) || !disk.flush())
        return Error(Code::FailedPrecondition,
                     QStringLiteral("cannot write %1: %2").arg(disk.fileName(), disk.errorString()));

    call.progress(-1, QStringLiteral("trying KVM with a tiny guest"));
    HelperProcess program(qemu, QStringLiteral("qemu-system-x86"));
    HelperProcess::Limits limits;
    limits.addressSpaceBytes = qint64(16) << 30;
    program.setLimits(limits);
    Call limited(call.operation(), std::min(call.deadline(), Call::Clock::now() + trialLimit));
    const auto outcome = program.run(trialArguments(machine, disk.fileName()), limited);
    if (const auto wanted = call.check(); !wanted)
        return wanted.error().within(QStringLiteral("trying KVM"));
    if (!outcome && outcome.error().code() == Code::DeadlineExceeded)
        return diesInKvm(QStringLiteral("it hung for %1 s").arg(trialLimit.count()));
    if (!outcome)
        return outcome.error();
    return outcome->succeeded() ? KvmVerdict{} : diesInKvm(outcome->reason());
}

} // namespace ghost
