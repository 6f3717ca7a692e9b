// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "host/PluginHost.h"

#include <algorithm>

#include "config/Config.h"
#include "ghost/Frontend.h"
#include "host/Contained.h"
#include "log/Log.h"

namespace ghost {

using std::chrono::milliseconds;

namespace {

milliseconds until(Call::Clock::time_point end)
{
    return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(end - Call::Clock::now()));
}

Error hangs()
{
    return Error(Code::DeadlineExceeded,
                 QStringLiteral("activate has not returned within %1 s").arg(PluginHost::activateLimit.count() / 1000));
}

} // namespace

/// A plugin that the configuration names: loaded, or refused with the reason in its status.
struct PluginHost::Slot
{
    PluginStatus refused;
    QJsonObject config;
    QString fingerprint;
    bool isSuspect = false;
    std::unique_ptr<PluginRuntime> runtime;
    std::atomic_flag settled;
    Signal hasSettled;

    QString id() const { return runtime ? runtime->metadata().id : refused.id(); }
};

PluginHost::PluginHost(const Config &config, PluginCatalogue catalogue, AgentId agent, Folders folders, Log &log,
                       PluginNews news)
    : m_config(config)
    , m_catalogue(std::move(catalogue))
    , m_agent(agent)
    , m_folders(std::move(folders))
    , m_log(log)
    , m_news(std::move(news))
    , m_quarantine(m_folders.data + QStringLiteral("/quarantine"), m_log)
    , m_journal(m_folders.data + QStringLiteral("/activation.journal"))
{}

PluginHost::~PluginHost() = default;

Result<void> PluginHost::prepare()
{
    m_quarantine.blame(m_journal.takeLastDeath());
    QStringList ids = m_config.list(QStringLiteral("plugins"));
    ids.removeDuplicates(); // one root object a file, however often it is named
    for (const QString &id : std::as_const(ids)) {
        const auto metadata = m_catalogue.find(id);
        if (!metadata) {
            PluginMetadata unknown;
            unknown.id = id;
            reject(id, unknown, metadata.error());
            continue;
        }
        const auto settings = m_config.pluginSettings(id, metadata->configSchema);
        if (!settings)
            return settings.error();
        const QString fingerprint = Quarantine::fingerprint(metadata->file, *settings);
        const auto verdict = m_quarantine.judge(id, fingerprint);
        if (verdict == Quarantine::Verdict::Quarantined) {
            reject(id, *metadata, m_quarantine.reason(id), PluginStatus::Stage::Quarantined);
            continue;
        }
        auto slot = std::make_unique<Slot>();
        slot->config = *settings;
        slot->fingerprint = fingerprint;
        slot->isSuspect = verdict == Quarantine::Verdict::Suspect;
        slot->runtime = std::make_unique<PluginRuntime>(*metadata, m_agent, m_folders, m_log, m_news);
        m_slots.push_back(std::move(slot));
    }
    return {};
}

void PluginHost::reject(const QString &id, const PluginMetadata &metadata, const Error &error,
                        PluginStatus::Stage stage)
{
    m_log.write(LogLevel::Error, id, QStringLiteral("left out: %1").arg(error.text()));
    auto slot = std::make_unique<Slot>();
    slot->refused.setId(id);
    slot->refused.setName(metadata.name);
    slot->refused.setVersion(metadata.version);
    slot->refused.setRole(metadata.role);
    slot->refused.setFile(metadata.file);
    slot->refused.setStage(stage);
    slot->refused.setReason(error.text());
    m_slots.push_back(std::move(slot));
}

void PluginHost::start(std::function<void(PluginRuntime &)> settled)
{
    m_settled = std::move(settled);
    QMap<QString, QString> fingerprints;
    for (const auto &slot : m_slots)
        if (slot->runtime)
            fingerprints.insert(slot->runtime->metadata().id, slot->fingerprint);
    m_starting = std::size_t(fingerprints.size());
    if (const auto opened = m_journal.open(fingerprints); !opened)
        m_log.warning(QStringLiteral("agent"), opened.error().text());
    // Of these the agent may have died: alone, so that there is no doubt should it happen again.
    for (const auto &slot : m_slots) {
        if (!slot->runtime || !slot->isSuspect)
            continue;
        begin(*slot);
        if (Call({}, Call::Clock::now() + activateLimit).wait(slot->hasSettled) != Call::Wake::Raised)
            settle(*slot, hangs());
    }
    for (const auto &slot : m_slots)
        if (slot->runtime && !slot->isSuspect)
            begin(*slot);
    if (fingerprints.isEmpty())
        m_journal.close();
}

void PluginHost::begin(Slot &slot)
{
    if (const auto loaded = slot.runtime->load(m_journal); !loaded)
        settle(slot, loaded);
    else
        slot.runtime->activate(slot.config, activateLimit, m_journal,
                               [this, &slot](const Result<void> &result) { settle(slot, result); });
}

// Any thread; only the first result of a plugin counts.
void PluginHost::settle(Slot &slot, const Result<void> &result)
{
    if (slot.settled.test_and_set())
        return;
    const QString &id = slot.runtime->metadata().id;
    if (!result) {
        m_log.write(LogLevel::Error, id, QStringLiteral("left out: %1").arg(result.error().text()));
        slot.runtime->fail(result.error().text());
    }
    m_journal.giveUp(id);
    if (!result || !slot.runtime->as<Frontend>())
        endStart(slot);
    slot.hasSettled.raise();
    m_settled(*slot.runtime);
}

void PluginHost::endStart(Slot &slot)
{
    if (slot.isSuspect)
        m_quarantine.acquit(slot.runtime->metadata().id);
    if (--m_starting == 0)
        m_journal.close();
}

Result<void> PluginHost::open(PluginRuntime &frontend, Agent &agent)
{
    const QString &id = frontend.metadata().id;
    const auto opened = contained(id, [&] {
        const ActivationJournal::Step step(m_journal, id);
        return frontend.as<Frontend>()->open(agent);
    });
    if (opened)
        frontend.setOpen(true);
    else
        frontend.fail(opened.error().text());
    for (const auto &slot : m_slots)
        if (slot->runtime.get() == &frontend)
            endStart(*slot);
    return opened;
}

void PluginHost::expire()
{
    for (const auto &slot : m_slots) {
        if (slot->runtime)
            settle(*slot, hangs());
    }
}

bool PluginHost::stop(milliseconds patience)
{
    m_journal.close(); // an orderly end, whatever has not come back from activate
    const auto end = Call::Clock::now() + patience;
    std::vector<PluginRuntime *> runtimes;
    bool quiet = closeWorkers(patience * 3 / 4, runtimes); // most of it for undos: deactivate is quick
    for (std::size_t i = 0; i < runtimes.size(); ++i) {
        const auto share = until(end) / milliseconds::rep(runtimes.size() - i);
        if (runtimes[i]->deactivate(share))
            continue;
        m_log.write(LogLevel::Warning, runtimes[i]->metadata().id,
                    QStringLiteral("deactivate has not returned at stop: left behind"));
        quiet = false;
    }
    return quiet;
}

// Fills @p quiet with those that can be deactivated.
bool PluginHost::closeWorkers(milliseconds patience, std::vector<PluginRuntime *> &quiet)
{
    const auto end = Call::Clock::now() + patience;
    for (const auto &slot : m_slots)
        if (slot->runtime)
            slot->runtime->closeWorkers(milliseconds(0)); // nothing new anywhere, before the first wait
    bool areAllQuiet = true;
    bool callsDrivers = false;
    for (const auto &slot : m_slots) {
        if (!slot->runtime)
            continue;
        if (slot->runtime->closeWorkers(until(end))) {
            quiet.push_back(slot->runtime.get());
            continue;
        }
        m_log.write(LogLevel::Warning, slot->runtime->metadata().id, QStringLiteral("still busy at stop: left behind"));
        areAllQuiet = false;
        callsDrivers = callsDrivers || (slot->runtime->wasActivated() && !slot->runtime->as<Frontend>());
    }
    if (callsDrivers)
        std::erase_if(quiet, [](const PluginRuntime *runtime) { return !runtime->as<Frontend>(); });
    return areAllQuiet;
}

QList<PluginStatus> PluginHost::statuses() const
{
    QList<PluginStatus> statuses;
    for (const auto &slot : m_slots)
        statuses.append(slot->runtime ? slot->runtime->status() : slot->refused);
    return statuses;
}

std::vector<PluginRuntime *> PluginHost::active() const
{
    std::vector<PluginRuntime *> runtimes;
    for (const auto &slot : m_slots)
        if (slot->runtime && slot->runtime->isActive())
            runtimes.push_back(slot->runtime.get());
    return runtimes;
}

PluginRuntime *PluginHost::find(const QString &id) const
{
    for (const auto &slot : m_slots)
        if (slot->runtime && slot->runtime->metadata().id == id)
            return slot->runtime.get();
    return nullptr;
}

template <class Role>
Result<Driver<Role>> PluginHost::driver(const QString &asked, const QString &role) const
{
    // `qemu` among hypervisors is hypervisor-qemu, unless somebody's plugin is just called so.
    const bool isWhole = std::ranges::any_of(m_slots, [&](const auto &slot) { return slot->id() == asked; });
    const QString id = isWhole || asked.isEmpty() ? asked : role.toLower() + u'-' + asked;
    QString reason;
    for (const auto &slot : m_slots) {
        const PluginStatus status = slot->runtime ? slot->runtime->status() : slot->refused;
        const bool wanted = id.isEmpty() ? status.role() == role : status.id() == id;
        if (!wanted)
            continue;
        if (!id.isEmpty() && status.role() != role && !status.role().isEmpty())
            return Error(Code::InvalidArgument,
                         QStringLiteral("plugin '%1' is no %2 but a %3").arg(id, role, status.role()));
        if (PluginRuntime *runtime = slot->runtime.get(); runtime && runtime->isActive())
            return Driver<Role>{status.id(),      runtime->template as<Role>(), runtime->object(),
                                &runtime->work(), &runtime->questions(),        status.vmOptions()};
        reason = QStringLiteral("plugin '%1' is not active: %2").arg(status.id(), status.reason());
    }
    if (!reason.isEmpty())
        return Error(Code::Unavailable, reason).withHint(QStringLiteral("see `ghostctl plugin list`"));
    if (id.isEmpty())
        return Error(Code::FailedPrecondition, QStringLiteral("no %1 plugin is configured").arg(role))
            .withHint(QStringLiteral("name one under `plugins:` in agent.yaml"));
    return Error(Code::NotFound, QStringLiteral("no plugin '%1' is configured").arg(asked))
        .withHint(QStringLiteral("name it under `plugins:` in agent.yaml"));
}

Result<Driver<Hypervisor>> PluginHost::hypervisor(const QString &id) const
{
    return driver<Hypervisor>(id, QStringLiteral("Hypervisor"));
}

Result<Driver<Network>> PluginHost::network(const QString &id) const
{
    return driver<Network>(id, QStringLiteral("Network"));
}

Result<Driver<Storage>> PluginHost::storage(const QString &id) const
{
    return driver<Storage>(id, QStringLiteral("Storage"));
}

Result<Driver<ImageSource>> PluginHost::imageSource(const QString &id) const
{
    return driver<ImageSource>(id, QStringLiteral("ImageSource"));
}

Result<Driver<CloudLink>> PluginHost::cloudLink() const
{
    for (const auto &slot : m_slots) {
        PluginRuntime *runtime = slot->runtime.get();
        if (!runtime)
            continue;
        const PluginStatus status = runtime->status();
        if (!status.facets().contains(QStringLiteral("CloudLink")))
            continue;
        if (runtime->isActive() && runtime->isOpen())
            return Driver<CloudLink>{status.id(),      runtime->as<CloudLink>(), runtime->object(),
                                     &runtime->work(), &runtime->questions(),    {}};
        const QString reason = status.reason().isEmpty() ? QStringLiteral("not open now") : status.reason();
        return Error(Code::Unavailable, QStringLiteral("plugin '%1' is not active: %2").arg(status.id(), reason))
            .withHint(QStringLiteral("see `ghostctl plugin list`"));
    }
    return Error(Code::FailedPrecondition, QStringLiteral("no cloud is configured"))
        .withHint(QStringLiteral("name plugin uplink-cloud under `plugins:` in agent.yaml"));
}

} // namespace ghost
