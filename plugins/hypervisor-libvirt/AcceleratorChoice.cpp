// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "AcceleratorChoice.h"

#include <QtCore/QFile>
#include <QtCore/QJsonDocument>
#include <QtCore/QScopeGuard>
#include <QtCore/QSysInfo>

#include "libvirt/LibvirtError.h"

namespace ghost {

namespace {

QJsonObject readMemory(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

KvmVerdict fromMemory(const QJsonObject &memory)
{
    return {memory.value(QLatin1String("problem")).toString(), memory.value(QLatin1String("hint")).toString()};
}

QString bootId()
{
    return QString::fromLatin1(QSysInfo::bootUniqueId());
}

} // namespace

AcceleratorChoice::AcceleratorChoice(libvirt::ConnectionPool &pool, KvmProbe probe, KvmTrial trial, QString memoryFile,
                                     bool tryGuest)
    : m_pool(pool)
    , m_probe(std::move(probe))
    , m_trial(std::move(trial))
    , m_memoryFile(std::move(memoryFile))
    , m_tryGuest(tryGuest)
{}

Result<Machine> AcceleratorChoice::machineFor(Accelerator wanted, Call &call)
{
    if (wanted == Accelerator::Tcg)
        return newest(Accelerator::Tcg, call);
    // Who asks for KVM by name is believed as far as the host can be: their guest is the trial.
    const auto found = wanted == Accelerator::Kvm ? Result<KvmVerdict>(m_probe.look()) : verdict(call);
    if (!found)
        return found.error();
    if (!found->isUsable())
        return found->toError();
    return newest(Accelerator::Kvm, call);
}

KvmVerdict AcceleratorChoice::known() const
{
    const std::lock_guard lock(m_mutex);
    return m_known;
}

void AcceleratorChoice::recall()
{
    const KvmVerdict seen = m_probe.look();
    setKnown(seen.isUsable() && m_tryGuest ? fromMemory(readMemory(m_memoryFile)) : seen);
}

Result<KvmVerdict> AcceleratorChoice::verdict(Call &call)
{
    const KvmVerdict seen = m_probe.look();
    if (!seen.isUsable() || !m_tryGuest) {
        setKnown(seen);
        return seen;
    }
    const auto host = hostFingerprint(call);
    if (!host)
        return host.error();
    if (const auto turn = takeTurn(call); !turn)
        return turn.error();
    const auto pass = qScopeGuard([this] { passTurn(); });
    const QJsonObject memory = readMemory(m_memoryFile);
    const KvmVerdict remembered = fromMemory(memory);
    // A failure holds until the next boot only: the firmware or the outer host may have been mended.
    const bool stillTrue = memory.value(QLatin1String("host")).toString() == *host &&
                           (remembered.isUsable() || memory.value(QLatin1String("boot")).toString() == bootId());
    if (stillTrue) {
        setKnown(remembered);
        return remembered;
    }
    return tryOut(*host, call);
}

Result<void> AcceleratorChoice::takeTurn(Call &call)
{
    Signal signal;
    for (;;) {
        {
            const std::lock_guard lock(m_mutex);
            if (!m_isTrying) {
                m_isTrying = true;
                return {};
            }
            m_waiting.push_back(&signal);
        }
        const Call::Wake wake = call.wait(signal);
        const std::lock_guard lock(m_mutex);
        std::erase(m_waiting, &signal);
        if (wake != Call::Wake::Raised)
            return Call::interrupted(wake, QStringLiteral("waiting for another VM's trial of KVM"));
    }
}

void AcceleratorChoice::passTurn()
{
    const std::lock_guard lock(m_mutex);
    m_isTrying = false;
    for (Signal *signal : m_waiting)
        signal->raise();
}

Result<KvmVerdict> AcceleratorChoice::tryOut(const QString &host, Call &call)
{
    const auto kvm = newest(Accelerator::Kvm, call);
    if (!kvm)
        return kvm.error();
    auto tried = m_trial.run(*kvm, call);
    if (!tried)
        return tried.error();
    if (!tried->isUsable()) {
        // The same guest without KVM tells whether KVM is to blame, or (say) a folder that QEMU cannot enter.
        const auto tcg = newest(Accelerator::Tcg, call);
        if (!tcg)
            return tcg.error();
        const auto control = m_trial.run(*tcg, call);
        if (!control)
            return control.error();
        if (!control->isUsable())
            return Error(Code::FailedPrecondition, QStringLiteral("QEMU runs no guest at all: ") + control->problem);
    }
    remember(host, *tried);
    setKnown(*tried);
    return tried;
}

Result<QString> AcceleratorChoice::hostFingerprint(Call &call)
{
    const auto lease = m_pool.acquire(call);
    if (!lease)
        return lease.error();
    unsigned long qemu = 0;
    if (virConnectGetVersion(lease->get(), &qemu) < 0)
        return libvirt::lastError(QStringLiteral("cannot ask for QEMU's version"));
    return QStringLiteral("kernel %1, qemu %2").arg(QSysInfo::kernelVersion()).arg(qemu);
}

Result<Machine> AcceleratorChoice::newest(Accelerator accelerator, Call &call)
{
    const auto lease = m_pool.acquire(call);
    if (!lease)
        return lease.error();
    return newestMachine(lease->get(), accelerator);
}

void AcceleratorChoice::remember(const QString &host, const KvmVerdict &verdict)
{
    const QJsonObject memory{{QStringLiteral("host"), host},
                             {QStringLiteral("boot"), bootId()},
                             {QStringLiteral("problem"), verdict.problem},
                             {QStringLiteral("hint"), verdict.hint}};
    QFile file(m_memoryFile);
    // Lost in a crash or on a full disk: then the next run tries once more.
    if (file.open(QIODevice::WriteOnly))
        file.write(QJsonDocument(memory).toJson());
}

void AcceleratorChoice::setKnown(const KvmVerdict &verdict)
{
    const std::lock_guard lock(m_mutex);
    m_known = verdict;
}

} // namespace ghost
