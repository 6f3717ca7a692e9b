// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/DriverLookup.h"
#include "host/PluginCatalogue.h"
#include "host/PluginSlot.h"
#include "host/Quarantine.h"

namespace ghost {

class Agent;
class Config;
class Log;

/// Finds, judges, loads and activates the plugins that the configuration names.
///
/// A plugin that cannot be had never keeps the agent from starting: it is listed with the reason.
class PluginHost
{
public:
    /// How long activate may take.
    static constexpr std::chrono::milliseconds activateLimit{10'000};

    PluginHost(const Config &config, PluginCatalogue catalogue, AgentId agent, Folders folders, Log &log,
               PluginNews news);
    ~PluginHost();

    /// Checks metadata and configuration of every named plugin without running any of them. The configuration's faults
    /// are an error; refused plugins are not, see statuses(). Those that the last run died of are left out.
    Result<void> prepare();
    /// Loads and activates all. @p settled is called once for each plugin, on any thread, with whether it is active
    /// now. A plugin that does not return from activate within its limit is settled as failed by expire().
    void start(std::function<void(PluginRuntime &)> settled);
    /// Gives up on those that have not settled.
    void expire();
    /// Opens an active frontend, once: the last step of its start, on which the agent may die as well.
    Result<void> open(PluginRuntime &frontend, Agent &agent);
    /// Waits for the calls that run, then deactivates everything that was activated, all within @p patience. False:
    /// something still runs. While that is a driver's call, which may call any driver yet, the drivers stay as they
    /// are.
    bool stop(std::chrono::milliseconds patience);

    QList<PluginStatus> statuses() const;
    std::vector<PluginRuntime *> active() const;
    PluginRuntime *find(const QString &id) const;
    const Drivers &drivers() const { return m_drivers; }

private:
    bool closeWorkers(std::chrono::milliseconds patience, std::vector<PluginRuntime *> &quiet);
    void reject(const QString &id, const PluginMetadata &metadata, const Error &error,
                PluginStatus::Stage stage = PluginStatus::Stage::Rejected);
    void begin(PluginSlot &slot);
    void settle(PluginSlot &slot, const Result<void> &result);
    void endStart(PluginSlot &slot);

    const Config &m_config;
    PluginCatalogue m_catalogue;
    AgentId m_agent;
    Folders m_folders;
    Log &m_log;
    PluginNews m_news;
    Quarantine m_quarantine;
    ActivationJournal m_journal; ///< before the runtimes, which write to it
    PluginSlots m_slots;
    const DriverLookup m_drivers{m_slots};
    std::function<void(PluginRuntime &)> m_settled;
    std::atomic<std::size_t> m_starting = 0; ///< plugins of whose start the agent may die yet
};

} // namespace ghost
