// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "LibvirtHypervisor.h"

#include <tuple>
#include <utility>

#include <QtCore/QDateTime>

#include "AcceleratorChoice.h"
#include "Consoles.h"
#include "Domain.h"
#include "DomainEvents.h"
#include "DomainStart.h"
#include "GracefulStop.h"
#include "Machine.h"
#include "Stats.h"
#include "VmCreation.h"
#include "libvirt/LibvirtError.h"

namespace ghost {

using libvirt::lastError;
using libvirt::lastErrorNumber;

namespace {

/// How long activate waits for libvirtd, so that the first calls after it do not fail for nothing.
constexpr std::chrono::seconds firstConnectLimit{2};

} // namespace

LibvirtHypervisor::LibvirtHypervisor() = default;
LibvirtHypervisor::~LibvirtHypervisor() = default;

Result<void> LibvirtHypervisor::activate(PluginContext &context, const QJsonObject &config, Call &call)
{
    m_context = &context;
    m_agent = context.agentId();
    context.setHealth(Health(Health::Status::Down, QStringLiteral("libvirt: not connected yet")));
    m_consoles = std::make_unique<Consoles>();
    m_events = std::make_unique<DomainEvents>(m_agent, [&context](VmId vm) {
        context.publish({DriverEvent::Kind::VmChanged, vm});
    });

    libvirt::PoolOptions options;
    options.uri = config.value(QLatin1String("uri")).toString(options.uri);
    options.connections = config.value(QLatin1String("connections")).toInt(options.connections);
    libvirt::PoolListener &listener = *this;
    m_pool = std::make_unique<libvirt::ConnectionPool>(options, listener);
    KvmTrial trial(*m_pool, *m_events, m_agent, context.folder(Folder::Disks));
    trial.removeLeftovers();
    m_accelerators = std::make_unique<AcceleratorChoice>(
        *m_pool, KvmProbe(), std::move(trial), context.folder(Folder::Data) + QStringLiteral("/kvm-trial.json"),
        config.value(QLatin1String("kvm_trial")).toBool(true));
    m_accelerators->recall();
    m_pool->waitConnected(call, firstConnectLimit); // an absent libvirtd is no error: it may come
    return {};
}

Result<void> LibvirtHypervisor::deactivate(Call &)
{
    m_consoles->closeAll();
    m_pool->stop();
    m_accelerators.reset();
    m_pool.reset();
    m_events.reset();
    return {};
}

Capabilities LibvirtHypervisor::capabilities() const
{
    const KvmVerdict kvm = m_accelerators->known();
    Capabilities capabilities;
    capabilities.setArchitectures({QStringLiteral("x86_64")});
    capabilities.setAccelerators(kvm.isUsable() ? QList{Accelerator::Kvm, Accelerator::Tcg} : QList{Accelerator::Tcg});
    capabilities.setKvmProblem(kvm.text());
    capabilities.setMaxCpus(maxCpus);
    capabilities.setUsesVolumes(true);
    capabilities.setUsesNetwork(true);
    capabilities.setNicKinds({NicSource::Kind::Bridge, NicSource::Kind::User});
    return capabilities;
}

Result<VmInfo> LibvirtHypervisor::create(const VmSpec &spec, Call &call)
{
    return VmCreation(*m_pool, *m_accelerators, m_agent).run(spec, call);
}

Result<VmInfo> LibvirtHypervisor::powerOn(VmId id, Call &call)
{
    const auto lease = m_pool->acquire(call);
    if (!lease)
        return lease.error();
    auto domain = findOwnDomain(lease->get(), m_agent, id);
    if (!domain)
        return domain.error();
    const auto off = isOff(*domain);
    if (!off)
        return off.error();
    if (!*off) {
        const auto plugged = plugCards(*domain);
        return plugged ? describe(*domain, false) : Result<VmInfo>(plugged.error());
    }
    // In the very start: also right when the start happens after libvirtd's answer got lost.
    domain->tag.startedAtMs = QDateTime::currentMSecsSinceEpoch();
    if (const auto started = startDomain(*domain); !started) {
        // Libvirt is there and says no to its card: such a guest is not left running.
        if (started.error().code() != Code::Unavailable && domain->tag.cardsUnplugged)
            cutPower(*domain);
        return started.error();
    }
    m_stops.forget(id);
    return describe(*domain, false);
}

bool LibvirtHypervisor::cutPower(const OwnDomain &domain)
{
    m_stops.note(domain.tag.vm); // before its event
    if (virDomainDestroyFlags(domain.handle.get(), 0) == 0 || lastErrorNumber() == VIR_ERR_OPERATION_INVALID)
        return true;
    m_stops.forget(domain.tag.vm); // it runs on, and if it crashes that was not asked for
    return false;
}

Result<VmInfo> LibvirtHypervisor::powerOff(VmId id, const PowerOff &how, Call &call)
{
    const auto method = GracefulStop(*m_pool, *m_events, m_stops, m_agent, id).run(how, call);
    if (!method)
        return method.error();
    auto info = inspect(id, call);
    if (info)
        info->setStoppedBy(*method);
    return info;
}

Result<void> LibvirtHypervisor::remove(VmId id, Call &call)
{
    const auto lease = m_pool->acquire(call);
    if (!lease)
        return lease.error();
    const auto domain = findOwnDomain(lease->get(), m_agent, id);
    if (!domain && domain.error().code() == Code::NotFound)
        return {};
    if (!domain)
        return domain.error();
    const auto off = isOff(*domain);
    if (!off)
        return off.error();
    if (!*off && !cutPower(*domain))
        return lastError(QStringLiteral("cannot cut the power of VM %1").arg(id.toString()));
    constexpr unsigned everything = VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA |
                                    VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA | VIR_DOMAIN_UNDEFINE_NVRAM;
    if (virDomainUndefineFlags(domain->handle.get(), everything) < 0 && lastErrorNumber() != VIR_ERR_NO_DOMAIN)
        return lastError(QStringLiteral("cannot remove VM %1").arg(id.toString()));
    m_stops.forget(id);
    return {};
}

Result<VmInfo> LibvirtHypervisor::inspect(VmId id, Call &call)
{
    const auto lease = m_pool->acquire(call);
    if (!lease)
        return lease.error();
    auto domain = findOwnDomain(lease->get(), m_agent, id);
    if (!domain)
        return domain.error();
    return describe(*domain, m_stops.contains(id));
}

Result<QList<VmInfo>> LibvirtHypervisor::list(Call &call)
{
    const auto lease = m_pool->acquire(call);
    if (!lease)
        return lease.error();
    auto own = listOwnDomains(lease->get(), m_agent);
    if (!own)
        return own.error();
    QList<VmInfo> infos;
    for (OwnDomain &domain : *own) {
        if (const auto plugged = plugCards(domain); !plugged)
            m_context->log(LogLevel::Error, plugged.error().message()); // the next list tries again
        auto info = describe(domain, m_stops.contains(domain.tag.vm));
        if (!info && info.error().code() == Code::NotFound)
            continue; // removed since it was listed
        if (!info)
            return info.error();
        infos.append(*info);
    }
    return infos;
}

Result<QList<VmUsage>> LibvirtHypervisor::usage(Call &call)
{
    const auto lease = m_pool->acquire(call);
    if (!lease)
        return lease.error();
    return usageOfOwnDomains(lease->get(), m_agent);
}

Result<UniqueFd> LibvirtHypervisor::openConsole(VmId id, Call &call)
{
    return m_consoles->open(*m_pool, m_agent, id, call);
}

Result<void> LibvirtHypervisor::registerEvents(libvirt::Connection &connection)
{
    return m_events->registerOn(connection);
}

void LibvirtHypervisor::connected()
{
    m_context->log(LogLevel::Info, QStringLiteral("connected to libvirt"));
    m_context->setHealth(Health(Health::Status::Ready, {}));
    m_context->publish({DriverEvent::Kind::Resync, {}});
    m_events->wakeAll();
}

void LibvirtHypervisor::lost(const QString &reason)
{
    m_context->log(LogLevel::Warning, QStringLiteral("libvirt: ") + reason);
    m_context->setHealth(Health(Health::Status::Down, QStringLiteral("libvirt: ") + reason));
    m_events->wakeAll();
}

void LibvirtHypervisor::log(LogLevel level, const QString &message)
{
    m_context->log(level, message);
}

} // namespace ghost
