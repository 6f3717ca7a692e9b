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
    const QStringList ids = m_config.list(QStringLiteral("plugins"));
    for (const QString &id : ids) {
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
        auto slot = std::make_unique<PluginSlot>();
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
    auto slot = std::make_unique<PluginSlot>();
    slot->refused.setId(id);
    slot->refused.setName(metadata.name);
    slot->refused.setVersion(metadata.version);
    slot->refused.setRole(metadata.role);
    slot->refused.setFile(metadata.file);
    slot->refused.setStage(stage);
    slot->refused.setReason(error.text());
    slot->refused.setHealth(stamped(Health(Health::Status::Down, error.text())));
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

void PluginHost::begin(PluginSlot &slot)
{
    if (const auto loaded = slot.runtime->load(m_journal); !loaded)
        settle(slot, loaded);
    else
        slot.runtime->activate(slot.config, activateLimit, m_journal,
                               [this, &slot](const Result<void> &result) { settle(slot, result); });
}

// Any thread; only the first result of a plugin counts.
void PluginHost::settle(PluginSlot &slot, const Result<void> &result)
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

void PluginHost::endStart(PluginSlot &slot)
{
    if (slot.isSuspect)
        m_quarantine.acquit(slot.runtime->metadata().id);
    if (--m_starting == 0)
        m_journal.close();
}

Result<void> PluginHost::open(PluginRuntime &frontend, Agent &agent)
{
    const QString &id = frontend.metadata().id;
    auto opened = contained(id, [&] {
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
        statuses.append(slot->status());
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

} // namespace ghost
