// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "host/PluginHost.h"

#include <algorithm>
#include <atomic>

#include "config/Config.h"
#include "ghost/Frontend.h"
#include "log/Log.h"

namespace ghost {

using std::chrono::milliseconds;

namespace {

milliseconds until(Call::Clock::time_point end)
{
    return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(end - Call::Clock::now()));
}

} // namespace

/// A plugin that the configuration names: loaded, or refused with the reason in its status.
struct PluginHost::Slot
{
    PluginStatus refused;
    QJsonObject config;
    std::unique_ptr<PluginRuntime> runtime;
    std::atomic_flag settled;
};

PluginHost::PluginHost(const Config &config, PluginCatalogue catalogue, AgentId agent, Folders folders, Log &log,
                       PluginNews news)
    : m_config(config)
    , m_catalogue(std::move(catalogue))
    , m_agent(agent)
    , m_folders(std::move(folders))
    , m_log(log)
    , m_news(std::move(news))
{}

PluginHost::~PluginHost() = default;

Result<void> PluginHost::prepare()
{
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
        auto slot = std::make_unique<Slot>();
        slot->config = *settings;
        slot->runtime = std::make_unique<PluginRuntime>(*metadata, m_agent, m_folders, m_log, m_news);
        m_slots.push_back(std::move(slot));
    }
    return {};
}

void PluginHost::reject(const QString &id, const PluginMetadata &metadata, const Error &error)
{
    m_log.write(LogLevel::Error, id, QStringLiteral("left out: %1").arg(error.text()));
    auto slot = std::make_unique<Slot>();
    slot->refused.setId(id);
    slot->refused.setRole(metadata.role);
    slot->refused.setFile(metadata.file);
    slot->refused.setStage(PluginStatus::Stage::Rejected);
    slot->refused.setReason(error.text());
    m_slots.push_back(std::move(slot));
}

void PluginHost::start(std::function<void(PluginRuntime &)> settled)
{
    m_settled = std::move(settled);
    for (const auto &slot : m_slots) {
        if (!slot->runtime)
            continue;
        PluginRuntime &runtime = *slot->runtime;
        const auto settle = [this, entry = slot.get()](const Result<void> &result) {
            if (entry->settled.test_and_set())
                return;
            if (!result) {
                m_log.write(LogLevel::Error, entry->runtime->metadata().id,
                            QStringLiteral("left out: %1").arg(result.error().text()));
                entry->runtime->fail(result.error().text());
            }
            m_settled(*entry->runtime);
        };
        if (const auto loaded = runtime.load(); !loaded)
            settle(loaded);
        else
            runtime.activate(slot->config, activateLimit, settle);
    }
}

void PluginHost::expire()
{
    for (const auto &slot : m_slots) {
        if (!slot->runtime || slot->settled.test_and_set())
            continue;
        const QString reason =
            QStringLiteral("activate has not returned within %1 s").arg(activateLimit.count() / 1000);
        m_log.write(LogLevel::Error, slot->runtime->metadata().id, QStringLiteral("left out: %1").arg(reason));
        slot->runtime->fail(reason);
        m_settled(*slot->runtime);
    }
}

bool PluginHost::stop(milliseconds patience)
{
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
Result<Driver<Role>> PluginHost::driver(const QString &id, const QString &role) const
{
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
    return Error(Code::NotFound, QStringLiteral("no plugin '%1' is configured").arg(id))
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

} // namespace ghost
