// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "AgentCore.h"

#include <algorithm>

#include "commands/CommandRouter.h"
#include "commands/CreateVmHandler.h"
#include "commands/DeleteVmHandler.h"
#include "commands/ImportImageHandler.h"
#include "commands/LeaveCloudHandler.h"
#include "commands/LeftoverSweeper.h"
#include "commands/PauseCloudHandler.h"
#include "commands/PauseVmHandler.h"
#include "commands/Queries.h"
#include "commands/Recovery.h"
#include "commands/RemoveImageHandler.h"
#include "commands/RemoveNetworksHandler.h"
#include "commands/RestartVmHandler.h"
#include "commands/ResumeCloudHandler.h"
#include "commands/ResumeVmHandler.h"
#include "commands/SetVmForwardsHandler.h"
#include "commands/StartVmHandler.h"
#include "commands/StopVmHandler.h"
#include "commands/Streams.h"
#include "config/Config.h"
#include "log/Log.h"
#include "resources/HostTotals.h"
#include "resources/ResourceLedger.h"
#include "state/Observer.h"
#include "state/OperationArchive.h"
#include "state/StateStore.h"

namespace ghost {

using std::chrono::milliseconds;

namespace {

const QString source = QStringLiteral("agent");
constexpr milliseconds driverPatience{3'000};
constexpr milliseconds archivePatience{5'000};
constexpr milliseconds leftoverInterval{2'000};
/// How old what is told of this machine's room may be.
constexpr milliseconds measureInterval{60'000};

const QString hypervisorRole = QStringLiteral("Hypervisor");
const QString networkRole = QStringLiteral("Network");

/// The event that readers get; null for one about VMs, which is only a hint to the observer.
QString hostEventName(DriverEvent::Kind kind)
{
    switch (kind) {
    case DriverEvent::Kind::HostSleeping:
        return QStringLiteral("host.sleeping");
    case DriverEvent::Kind::HostAwake:
        return QStringLiteral("host.awake");
    case DriverEvent::Kind::HostShuttingDown:
        return QStringLiteral("host.shutting_down");
    case DriverEvent::Kind::HostShutdownCancelled:
        return QStringLiteral("host.shutdown_cancelled");
    case DriverEvent::Kind::Unspecified:
    case DriverEvent::Kind::VmChanged:
    case DriverEvent::Kind::AddressChanged:
    case DriverEvent::Kind::Resync:
        break;
    }
    return {};
}

/// Tells the main thread of each event.
class Bell : public EventSink
{
public:
    Bell(Mailbox &mailbox, std::function<void()> ring)
        : m_mailbox(mailbox)
        , m_ring(std::move(ring))
    {}
    void event(const Event &) override { m_mailbox.post(m_ring); }

private:
    Mailbox &m_mailbox;
    const std::function<void()> m_ring;
};

Event presentValue(const Operation &operation)
{
    Event event;
    event.setKind(QStringLiteral("operation.changed"));
    event.setSubject(operation.id().toString());
    event.setValue(operation.toCbor());
    return event;
}

Amounts ownersReservation(const Config &config)
{
    return {int(config.integer(QStringLiteral("reserve.cpus"))), config.integer(QStringLiteral("reserve.memory")),
            config.integer(QStringLiteral("reserve.disk"))};
}

} // namespace

AgentCore::AgentCore(const Config &config, Options options, Log &log)
    : m_config(config)
    , m_options(std::move(options))
    , m_log(log)
    , m_store(std::make_unique<StateStore>(m_options.folders.data + QStringLiteral("/vms.json"), m_events, log))
    , m_ledger(std::make_unique<ResourceLedger>([disks = m_options.folders.disks] { return ghost::measureHost(disks); },
                                                ownersReservation(config)))
{}

AgentCore::~AgentCore() = default;

Services AgentCore::services()
{
    return {*m_store, m_host->drivers(), *m_ledger, m_config, m_log};
}

Result<void> AgentCore::prepare()
{
    if (const auto loaded = m_store->load(); !loaded)
        return loaded.error();
    m_store->setAgentVersion(m_options.version);
    for (const VmRecord &record : m_store->records())
        m_ledger->restore(record.id, {record.cpus, record.memoryBytes, record.diskBytes});
    m_store->setResources(m_ledger->picture());

    auto archive = OperationArchive::open(m_options.folders.data + QStringLiteral("/operations.sqlite"),
                                          int(m_config.integer(QStringLiteral("operations.keep_days"))), m_log);
    if (!archive)
        return archive.error();
    m_archive = std::move(*archive);
    m_archive->onWritten([this](const QList<Operation> &operations) { m_store->archived(operations); });
    for (const Operation &operation : m_store->unarchived())
        m_archive->record(operation);

    PluginNews news;
    news.event = [this](const QString &plugin, const DriverEvent &event) {
        if (const QString name = hostEventName(event.kind); !name.isNull())
            m_events.publish(name, m_store->agentId().toString(), {});
        else
            m_observer->event(plugin, event);
    };
    news.status = [this](const PluginStatus &status) { announce(status.id()); };
    m_host = std::make_unique<PluginHost>(m_config, PluginCatalogue(m_options.pluginFolders), m_store->agentId(),
                                          m_options.folders, m_log, news);
    m_frontends = std::make_unique<Frontends>(*m_host, *this, *m_store, m_log);
    m_observer = std::make_unique<Observer>(*m_store, m_host->drivers(), m_log, [this](const QString &hypervisor) {
        m_mailbox.post([this, hypervisor] { driverReady(hypervisor); });
    });
    m_router = std::make_unique<CommandRouter>(
        services(), *m_archive, [this](VmId vm) { m_observer->inspect(vm); }, CommandRouter::Patience());
    m_recovery = std::make_unique<Recovery>(services(), *m_archive, *m_router);
    m_leftovers = std::make_unique<LeftoverSweeper>(services());
    m_queries = std::make_unique<Queries>(services(), *m_archive);
    addHandlers();
    if (auto prepared = m_host->prepare(); !prepared)
        return prepared;
    for (const PluginStatus &status : m_host->statuses())
        if (status.stage() == PluginStatus::Stage::Rejected)
            m_store->warn(QStringLiteral("plugin '%1' is left out: %2").arg(status.id(), status.reason()));
        else if (status.stage() == PluginStatus::Stage::Quarantined)
            m_store->warn(QStringLiteral("plugin '%1' is quarantined: %2").arg(status.id(), status.reason()));
    if (m_options.pluginFolders.safeMode)
        m_store->warn(QStringLiteral("safe mode: no plugins but the agent's own (ghost-agent --safe-mode)"));
    m_store->setPlugins(m_host->statuses(), {});
    return {};
}

void AgentCore::addHandlers()
{
    m_router->add(std::make_unique<CreateVmHandler>(services()));
    m_router->add(std::make_unique<DeleteVmHandler>(services()));
    m_router->add(std::make_unique<StartVmHandler>(services()));
    m_router->add(std::make_unique<StopVmHandler>(services()));
    m_router->add(std::make_unique<RestartVmHandler>(services()));
    m_router->add(std::make_unique<PauseVmHandler>(services()));
    m_router->add(std::make_unique<ResumeVmHandler>(services()));
    m_router->add(std::make_unique<SetVmForwardsHandler>(services()));
    m_router->add(std::make_unique<RemoveImageHandler>(services()));
    m_router->add(std::make_unique<RemoveNetworksHandler>(services()));
    m_router->add(std::make_unique<PauseCloudHandler>(services()));
    m_router->add(std::make_unique<ResumeCloudHandler>(services()));
    m_router->add(std::make_unique<LeaveCloudHandler>(services()));
    auto import = std::make_unique<ImportImageHandler>(services());
    m_streams = std::make_unique<Streams>(services(), *m_router, *import);
    m_router->add(std::move(import));
}

void AgentCore::start(std::function<void()> ready)
{
    m_ready = std::move(ready);
    for (const PluginStatus &status : m_host->statuses())
        if (status.stage() == PluginStatus::Stage::Activating)
            m_awaited.insert(status.id());
    m_unsettled = m_awaited;
    m_patience.setSingleShot(true);
    QObject::connect(&m_patience, &QTimer::timeout, &m_mailbox, [this] { resumeWork(); });
    m_expiry.setSingleShot(true);
    QObject::connect(&m_expiry, &QTimer::timeout, &m_mailbox, [this] { m_host->expire(); });
    QObject::connect(&m_leftoverTimer, &QTimer::timeout, &m_mailbox, [this] { sweepLeftovers(); });
    QObject::connect(&m_measureTimer, &QTimer::timeout, &m_mailbox, [this] { measureHost(); });
    m_measureTimer.start(measureInterval);
    EventFilter removals;
    removals.kinds = {QStringLiteral("vm.removed")};
    m_removals = m_events.subscribe(removals, std::make_shared<Bell>(m_mailbox, [this] { sweepLeftovers(); }));
    m_host->start(
        [this](PluginRuntime &runtime) { m_mailbox.post([this, id = runtime.metadata().id] { pluginSettled(id); }); });
    // Only now: mapping the plugins' code takes its time, and is no fault of activate.
    m_patience.start(driverPatience);
    m_expiry.start(PluginHost::activateLimit);
    if (m_awaited.empty())
        m_mailbox.post([this] { resumeWork(); });
}

void AgentCore::pluginSettled(const QString &id)
{
    PluginRuntime *runtime = m_host->find(id);
    if (!runtime->isActive())
        m_store->warn(QStringLiteral("plugin '%1' is left out: %2").arg(id, runtime->status().reason()));
    m_unsettled.erase(id);
    if (!runtime->isActive() || runtime->metadata().role != hypervisorRole)
        driverReady(id);
    if (m_inventoryTaken)
        settledLate(*runtime);
    if (m_unsettled.empty())
        takeInventory();
    if (runtime->isActive())
        m_frontends->joined(*runtime);
}

// After everybody's patience.
void AgentCore::settledLate(const PluginRuntime &runtime)
{
    const QString &role = runtime.metadata().role;
    if (!runtime.isActive())
        tellOfUnreachable({runtime.metadata().id});
    else if (role == hypervisorRole || role == networkRole)
        m_observer->resync(runtime.metadata().id);
}

// A hypervisor is ready when its list was taken over, with the addresses: so only now that the networks can be asked.
void AgentCore::takeInventory()
{
    if (std::exchange(m_inventoryTaken, true))
        return;
    for (const PluginRuntime *runtime : m_host->active())
        if (runtime->metadata().role == hypervisorRole)
            m_observer->resync(runtime->metadata().id);
    // Who is still activating is waited for, and told of when it has failed.
    std::set<QString> absent;
    for (const VmRecord &record : m_store->records())
        if (!m_host->drivers().hypervisor(record.hypervisor) && !m_unsettled.contains(record.hypervisor))
            absent.insert(record.hypervisor);
    tellOfUnreachable(absent);
}

// Nobody asks for their VMs: not configured any more, or left out.
void AgentCore::tellOfUnreachable(const std::set<QString> &hypervisors)
{
    const QList<VmRecord> records = m_store->records();
    for (const QString &id : hypervisors) {
        const auto vms = std::ranges::count(records, id, &VmRecord::hypervisor);
        const auto driver = m_host->drivers().hypervisor(id);
        if (vms == 0 || driver)
            continue;
        m_observer->lost(id, driver.error().message());
        m_store->warn(QStringLiteral("%1 of %2 cannot be seen: %3")
                          .arg(vms == 1 ? QStringLiteral("a VM") : QStringLiteral("%1 VMs").arg(vms), id,
                               driver.error().message()));
    }
}

void AgentCore::driverReady(const QString &id)
{
    sweepLeftovers();
    m_awaited.erase(id);
    if (m_awaited.empty())
        resumeWork();
}

// On a thread of its own: the disks may be on a file system that hangs.
void AgentCore::measureHost()
{
    if (m_isMeasuring.exchange(true))
        return;
    m_meter.post([this] {
        m_ledger->refresh();
        m_store->setResources(m_ledger->picture());
        m_isMeasuring = false;
    });
}

void AgentCore::sweepLeftovers()
{
    if (m_store->leftovers().isEmpty()) {
        m_leftoverTimer.stop();
        return;
    }
    m_leftovers->sweep();
    if (!m_leftoverTimer.isActive())
        m_leftoverTimer.start(leftoverInterval);
}

// One letter under way for each plugin, however often it changes its mind, and the latest status counts: of two threads
// that tell of theirs, either may come first.
void AgentCore::announce(const QString &plugin)
{
    {
        const std::scoped_lock lock(m_changedMutex);
        if (!m_changedPlugins.insert(plugin).second)
            return;
    }
    m_mailbox.post([this, plugin] {
        {
            const std::scoped_lock lock(m_changedMutex);
            m_changedPlugins.erase(plugin);
        }
        pluginChanged(m_host->find(plugin)->status());
    });
}

void AgentCore::pluginChanged(const PluginStatus &status)
{
    m_store->setPlugins(m_host->statuses(), status);
    const bool isHypervisor = status.role() == hypervisorRole;
    if ((!isHypervisor && status.role() != networkRole) || status.stage() != PluginStatus::Stage::Active)
        return;
    const Health health = status.health();
    const Health before = std::exchange(m_driverHealth[status.id()], health);
    // Down: nobody can look any more, though what a network said stays true. Down at start: nothing to wait for.
    if (health.status() == Health::Status::Down) {
        if (isHypervisor) {
            m_observer->lost(status.id(), health.reason());
            driverReady(status.id());
        }
    } else if (before.status() == Health::Status::Down ||
               (before.status() == health.status() && before.sinceMs() != health.sinceMs())) {
        m_observer->resync(status.id()); // it was down, or has been since the last look
    }
}

void AgentCore::resumeWork()
{
    if (!m_ready || std::exchange(m_workResumed, true))
        return;
    m_patience.stop();
    takeInventory(); // now at the latest, when a plugin does not come back from activate
    m_recovery->run();
    // Its request ids are known when the archive has answered this, which is asked after it. A stuck disk keeps nobody.
    m_archive->list({}, 0, [this](const QList<Operation> &) { m_mailbox.post([this] { openFrontends(); }); });
    QTimer::singleShot(archivePatience, &m_mailbox, [this] { openFrontends(); });
}

void AgentCore::openFrontends()
{
    if (!m_ready)
        return;
    m_frontends->open();
    m_recovery->runWithFrontends();
    std::exchange(m_ready, {})();
}

bool AgentCore::stop(milliseconds patience)
{
    const auto end = Call::Clock::now() + patience;
    m_ready = {};
    m_router->stop();
    m_frontends->close();
    m_events.unsubscribe(m_removals);
    m_leftoverTimer.stop();
    m_measureTimer.stop();
    const bool measured = m_meter.close(milliseconds(100));
    const bool quiet = m_host->stop(std::chrono::ceil<milliseconds>(end - Call::Clock::now())) && measured;
    if (const auto written = m_store->commit(); !written)
        m_log.write(LogLevel::Error, source, QStringLiteral("cannot save at stop: %1").arg(written.error().text()));
    return m_archive->flush() && quiet;
}

Result<OperationId> AgentCore::submit(const Command &command, const Principal &principal)
{
    return m_router->submit(command, principal);
}

Result<void> AgentCore::cancel(OperationId operation, const Principal &)
{
    return m_router->cancel(operation);
}

std::shared_ptr<const State> AgentCore::state() const
{
    return m_store->state();
}

quint64 AgentCore::subscribe(const EventFilter &filter, std::shared_ptr<EventSink> sink)
{
    const OperationId id = OperationId::fromString(filter.subject);
    if (id.isNull())
        return m_events.subscribe(filter, std::move(sink));
    // The present value first; what changes between the look and the subscription is replayed.
    EventFilter since = filter;
    if (since.since == 0)
        since.since = m_events.lastSequence();
    if (const auto operation = m_store->state()->operation(id))
        return m_events.subscribe(since, std::move(sink), presentValue(*operation));
    // It ended long ago or never was: no event of it will come, but the archive may know it.
    const quint64 subscription = m_events.subscribe(since, std::move(sink));
    m_archive->find(id, [this, subscription](const Result<Operation> &operation) {
        if (operation)
            m_events.give(subscription, presentValue(*operation));
    });
    return subscription;
}

void AgentCore::unsubscribe(quint64 subscription)
{
    m_events.unsubscribe(subscription);
}

void AgentCore::query(const Query &query, const Principal &, std::shared_ptr<ReplySink> sink)
{
    m_queries->ask(query, sink);
}

void AgentCore::openStream(const Query &request, const Principal &principal, std::shared_ptr<StreamSink> sink)
{
    m_streams->open(request, principal, sink);
}

} // namespace ghost
