// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "NatNetwork.h"

#include <QtCore/QJsonArray>
#include <QtCore/QJsonObject>

#include "SpecRules.h"

namespace ghost::nat {
namespace {

constexpr auto libvirtMatter = "libvirt";
// Long enough for a libvirtd that is there; the agent's start does not wait for one that is not.
constexpr std::chrono::seconds firstConnection{2};
constexpr std::chrono::seconds leaseQuestion{5};

} // namespace

NatNetwork::NatNetwork() = default;
NatNetwork::~NatNetwork() = default;

Result<void> NatNetwork::activate(PluginContext &context, const QJsonObject &config, Call &call)
{
    QStringList subnets;
    for (const auto value : config[QStringLiteral("subnets")].toArray())
        subnets.append(value.toString());
    auto chooser = SubnetChooser::fromConfig(subnets);
    if (!chooser)
        return chooser.error();
    const NetworkOptions networks{.agent = context.agentId(),
                                  .subnets = *chooser,
                                  .leaseSeconds = config[QStringLiteral("lease_seconds")].toInt(),
                                  .spoofFilter = config[QStringLiteral("spoof_filter")].toBool(),
                                  .leaseFolder = config[QStringLiteral("lease_folder")].toString()};
    m_context = &context;
    m_health = std::make_unique<HealthReasons>(context);
    m_health->down(QString::fromLatin1(libvirtMatter), QStringLiteral("connecting to libvirt"));
    m_networks = std::make_unique<OwnNetworks>(networks, context.folder(Folder::Data), *m_health);
    for (const QString &problem : m_networks->load())
        context.log(LogLevel::Error, problem);

    libvirt::PoolOptions pool;
    pool.uri = config[QStringLiteral("uri")].toString();
    pool.connections = 2;
    m_events = std::make_shared<EventGate>();
    m_events->receiver = m_networks.get();
    m_pool = std::make_unique<libvirt::ConnectionPool>(pool, static_cast<libvirt::PoolListener &>(*this));
    m_pool->waitConnected(call, firstConnection);
    m_leaseWatch.emplace(networks.leaseFolder, [this](const QString &fileName) { leaseFileChanged(fileName); });
    m_routeWatch.emplace([this] { hostRoutesChanged(); });
    return {};
}

Result<void> NatNetwork::deactivate(Call &)
{
    if (!m_pool)
        return {}; // activate failed
    m_routeWatch.reset();
    m_leaseWatch.reset();
    {
        const std::lock_guard lock(m_events->mutex);
        m_events->receiver = nullptr;
    }
    m_pool.reset();
    return {};
}

Result<NetworkInfo> NatNetwork::ensure(const NetworkSpec &spec, Call &call)
{
    const auto checked = checkNetworkSpec(spec);
    if (!checked)
        return checked.error();
    const std::lock_guard lock(m_ensureMutex);
    auto connection = m_pool->acquire(call);
    if (!connection)
        return connection.error();
    auto network = m_networks->find(checked->id);
    const bool isNew = !network;
    if (isNew)
        network = m_networks->add(checked->id, checked->name);

    auto done = network->recoverPorts(connection->get());
    if (done)
        done = network->adopt(*checked);
    if (done)
        done = network->realise(connection->get(), checked->subnet);
    if (done)
        return network->info();
    // While its ports are not known it may be one that runs, with VMs on it.
    if (isNew && !network->arePortsLost()) {
        if (auto undone = network->remove(connection->get()); !undone)
            call.log(LogLevel::Warning, undone.error().message()); // it stays ours, and the next try goes on from there
        else
            m_networks->forget(*network);
    }
    return done.error();
}

Result<void> NatNetwork::remove(NetworkId id, Call &call)
{
    const std::lock_guard lock(m_ensureMutex);
    auto connection = m_pool->acquire(call);
    if (!connection)
        return connection.error();
    auto network = m_networks->find(id);
    if (!network)
        network = m_networks->add(id, {}); // our files may be lost while libvirt still has it
    auto removed = network->recoverPorts(connection->get());
    if (removed)
        removed = network->remove(connection->get());
    if (removed)
        m_networks->forget(*network);
    return removed;
}

Result<NicSource> NatNetwork::plug(NetworkId id, const PortSpec &spec, Call &call)
{
    if (auto checked = checkPortSpec(spec); !checked)
        return checked.error();
    auto connection = m_pool->acquire(call);
    if (!connection)
        return connection.error();
    const auto network = m_networks->find(id);
    if (!network)
        return Error(Code::NotFound, QStringLiteral("there is no network %1").arg(id.toString()));
    if (auto recovered = network->recoverPorts(connection->get()); !recovered)
        return recovered.error();

    const bool isNew = !network->ports().find(spec.vm());
    const auto port = network->ports().plug(spec);
    if (!port)
        return port.error();
    // All of it, not the name alone: after a boot of the host the network is defined and does not run.
    if (auto realised = network->realise(connection->get()); !realised) {
        if (isNew) {
            if (auto undone = network->ports().unplug(spec.vm()); !undone)
                call.log(LogLevel::Warning, undone.error().message());
        }
        return realised.error();
    }
    return network->nic(*port);
}

Result<void> NatNetwork::unplug(VmId vm, Call &call)
{
    for (const auto &network : m_networks->all()) {
        if (auto recovered = recoverPorts(*network, call); !recovered)
            return recovered;
        if (!network->ports().find(vm))
            continue;
        auto connection = m_pool->acquire(call);
        if (!connection)
            return connection.error();
        if (auto unplugged = network->unplug(connection->get(), vm); !unplugged)
            return unplugged;
    }
    return {};
}

Result<QList<Address>> NatNetwork::addresses(VmId vm, Call &call)
{
    if (auto reachable = checkReachable(call); !reachable)
        return reachable.error();
    QList<Address> found;
    for (const auto &network : m_networks->all()) {
        const auto port = network->ports().find(vm);
        if (!port)
            continue;
        refreshLeases(*network, call);
        if (const auto address = network->address(*port))
            found.append(*address);
    }
    return found;
}

Result<QList<VmId>> NatNetwork::ports(Call &call)
{
    if (auto reachable = checkReachable(call); !reachable)
        return reachable.error();
    QList<VmId> vms;
    for (const auto &network : m_networks->all()) {
        if (auto recovered = recoverPorts(*network, call); !recovered)
            return recovered.error();
        for (const Port &port : network->ports().ports()) {
            if (!vms.contains(port.vm))
                vms.append(port.vm);
        }
    }
    return vms;
}

/// For what is answered from memory, too: Down means that calls answer Unavailable.
Result<void> NatNetwork::checkReachable(Call &call)
{
    const auto connection = m_pool->acquire(call);
    return connection ? Result<void>() : Result<void>(connection.error());
}

/// Without a connection, and at once, unless ports were lost.
Result<void> NatNetwork::recoverPorts(OwnNetwork &network, Call &call)
{
    if (!network.arePortsLost())
        return {};
    auto connection = m_pool->acquire(call);
    if (!connection)
        return connection.error();
    return network.recoverPorts(connection->get());
}

/// Whoever looks first tells the core: a change must not go unnoticed because another VM's question found it.
void NatNetwork::refreshLeases(OwnNetwork &network, Call &call)
{
    const auto changed = network.refreshLeases([&]() -> Result<QList<DhcpLease>> {
        auto connection = m_pool->acquire(call);
        if (!connection)
            return connection.error();
        const auto found = LibvirtNetwork::find(connection->get(), network.objectName());
        if (!found)
            return found.error();
        return *found ? (*found)->leases() : QList<DhcpLease>();
    });
    if (!changed) {
        call.log(LogLevel::Debug, changed.error().message());
        return;
    }
    for (const VmId vm : *changed)
        m_context->publish({.kind = DriverEvent::Kind::AddressChanged, .vm = vm});
}

void NatNetwork::leaseFileChanged(const QString &fileName)
{
    for (const auto &network : m_networks->all()) {
        if (!fileName.isEmpty() && fileName != network->leaseFileName())
            continue;
        Call call({}, Call::Clock::now() + leaseQuestion);
        refreshLeases(*network, call);
    }
}

void NatNetwork::hostRoutesChanged()
{
    for (const auto &network : m_networks->all())
        network->judgeSubnet();
}

Result<void> NatNetwork::registerEvents(libvirt::Connection &connection)
{
    return connection.onNetworkLifecycle([events = m_events](virNetworkPtr network, int event, int) {
        const QString name = QString::fromUtf8(virNetworkGetName(network));
        const std::lock_guard lock(events->mutex);
        if (events->receiver && event == VIR_NETWORK_EVENT_STARTED)
            events->receiver->started(name);
        else if (events->receiver && event == VIR_NETWORK_EVENT_STOPPED)
            events->receiver->stopped(name);
    });
}

void NatNetwork::connected()
{
    m_health->clear(QString::fromLatin1(libvirtMatter));
    m_context->publish({.kind = DriverEvent::Kind::Resync, .vm = {}});
}

void NatNetwork::lost(const QString &reason)
{
    m_health->down(QString::fromLatin1(libvirtMatter), reason);
}

void NatNetwork::log(LogLevel level, const QString &message)
{
    m_context->log(level, message);
}

} // namespace ghost::nat
