// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "KvmTrial.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QScopeGuard>

#include "DomainXml.h"
#include "kvm/TrialBootSector.h"
#include "libvirt/Handles.h"
#include "libvirt/LibvirtError.h"

namespace ghost {

using libvirt::DomainHandle;

namespace {

/// Under TCG the guest needs 0.2 s.
constexpr std::chrono::seconds trialLimit{10};

KvmVerdict diesInKvm(const QString &how)
{
    return {QStringLiteral("a guest dies in it: %1").arg(how.simplified()), // QEMU's words have line breaks
            QStringLiteral("common where this machine is itself a VM: its host must offer full nested virtualization")};
}

/// After a KVM internal error. (Paused is also the state of a domain that is starting up.)
bool stoppedByQemu(virDomainPtr domain)
{
    int state = 0;
    int reason = 0;
    return virDomainGetState(domain, &state, &reason, 0) == 0 && state == VIR_DOMAIN_PAUSED &&
           reason != VIR_DOMAIN_PAUSED_STARTING_UP;
}

} // namespace

KvmTrial::KvmTrial(libvirt::ConnectionPool &pool, DomainEvents &events, AgentId agent, QString diskFolder)
    : m_pool(pool)
    , m_events(events)
    , m_agent(agent)
    , m_diskFolder(std::move(diskFolder))
{}

/// Not this agent's prefix for VMs, so that nobody takes it for one.
QString KvmTrial::namePrefix() const
{
    return QStringLiteral("ghost-trial-%1-").arg(m_agent.shortString());
}

void KvmTrial::removeLeftovers() const
{
    QDir folder(m_diskFolder);
    for (const QString &file : folder.entryList({namePrefix() + QStringLiteral("*.img")}, QDir::Files))
        folder.remove(file);
}

Result<KvmVerdict> KvmTrial::run(const Machine &machine, Call &call)
{
    const VmId id = VmId::create();
    const QString name = namePrefix() + id.shortString();
    const QString path = QStringLiteral("%1/%2.img").arg(m_diskFolder, name);
    const QByteArray bootSector = trialBootSector();
    if (bootSector.isEmpty())
        return KvmVerdict{};

    QFile disk(path);
    const auto removeDisk = qScopeGuard([&] { QFile::remove(path); });
    // 1 MiB: SeaBIOS boots from no disk of one sector.
    if (!disk.open(QIODevice::WriteOnly) || disk.write(bootSector) != bootSector.size() || !disk.resize(1 << 20))
        return Error(Code::FailedPrecondition, QStringLiteral("cannot write %1: %2").arg(path, disk.errorString()));
    disk.close();
    return watchGuest(trialDomainXml(name, id.toString(), machine, path), id, call);
}

Result<KvmVerdict> KvmTrial::watchGuest(const QString &xml, VmId id, Call &call)
{
    Signal signal;
    const DomainEvents::Watch watch(m_events, id, signal);
    const auto lease =
        m_pool.acquire(call); // held throughout: the guest ends with the connection, whatever happens here
    if (!lease)
        return lease.error();
    call.progress(-1, QStringLiteral("trying KVM with a tiny guest"));
    const DomainHandle domain(virDomainCreateXML(lease->get(), xml.toUtf8().constData(),
                                                 VIR_DOMAIN_START_AUTODESTROY | VIR_DOMAIN_START_VALIDATE));
    if (!domain) {
        const Error error = libvirt::lastError(QStringLiteral("the trial guest"));
        return error.code() == Code::Unavailable ? Result<KvmVerdict>(error) : diesInKvm(error.message());
    }
    const auto destroy = qScopeGuard([&] { virDomainDestroy(domain.get()); });

    for (const auto end = Call::Clock::now() + trialLimit;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Call::Clock::now());
        const Call::Wake wake = call.waitAtMost(signal, std::max(left, std::chrono::milliseconds(0)));
        if (wake == Call::Wake::Cancelled || wake == Call::Wake::DeadlineExceeded)
            return Call::interrupted(wake, QStringLiteral("trying KVM"));
        if (wake == Call::Wake::TimedOut)
            return diesInKvm(QStringLiteral("it hung for %1 s").arg(trialLimit.count()));
        if (const auto detail = watch.stoppedDetail())
            return *detail == VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN ? KvmVerdict{} : diesInKvm(QStringLiteral("QEMU died"));
        if (stoppedByQemu(domain.get()))
            return diesInKvm(QStringLiteral("QEMU stopped it with an internal error"));
        if (virConnectIsAlive(lease->get()) != 1)
            return Error(Code::Unavailable, QStringLiteral("libvirt: the connection was lost while KVM was tried"));
    }
}

} // namespace ghost
