// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <set>

#include <QtCore/QTimer>

#include "Frontends.h"
#include "Mailbox.h"
#include "WorkerPool.h"
#include "commands/CommandHandler.h"
#include "events/EventBus.h"
#include "ghost/Agent.h"
#include "host/PluginHost.h"

namespace ghost {

class CommandRouter;
class Config;
class LeftoverSweeper;
class Log;
class Observer;
class OperationArchive;
class Queries;
class Recovery;
class ResourceLedger;
class StateStore;
class Streams;

/// The agent behind every frontend: puts the rooms together, starts them in order and stops them.
///
/// Made, started and stopped on the main thread, whose Qt event loop it needs; as ghost::Agent it may be called from
/// any.
class AgentCore : public Agent
{
public:
    struct Options
    {
        Folders folders;
        PluginFolders pluginFolders;
        QString version;
    };
    AgentCore(const Config &config, Options options, Log &log);
    ~AgentCore() override;

    /// Reads the state and checks every plugin's configuration, running none of them.
    Result<void> prepare();
    /// Activates the drivers; frontends open when every driver has been asked for its VMs, or after a few seconds.
    /// @p ready is called then, on the main thread.
    void start(std::function<void()> ready);
    /// Refuses new commands, cancels what runs, closes frontends, deactivates drivers, writes. False: something still
    /// runs.
    bool stop(std::chrono::milliseconds patience);

    Result<OperationId> submit(const Command &command, const Principal &principal) override;
    Result<void> cancel(OperationId operation, const Principal &principal) override;
    std::shared_ptr<const State> state() const override;
    quint64 subscribe(const EventFilter &filter, std::shared_ptr<EventSink> sink) override;
    void unsubscribe(quint64 subscription) override;
    void query(const Query &query, const Principal &principal, std::shared_ptr<ReplySink> sink) override;
    void openStream(const Query &request, const Principal &principal, std::shared_ptr<StreamSink> sink) override;

private:
    Services services();
    void addHandlers();
    void pluginSettled(const QString &id);
    void announce(const QString &plugin);
    void pluginChanged(const PluginStatus &status);
    void takeInventory();
    void settledLate(const PluginRuntime &runtime);
    void tellOfUnreachable(const std::set<QString> &hypervisors);
    void driverReady(const QString &id);
    void measureHost();
    void sweepLeftovers();
    void resumeWork();
    void openFrontends();

    const Config &m_config;
    const Options m_options;
    Log &m_log;
    Mailbox m_mailbox; ///< before all who post to it from their threads
    EventBus m_events;
    std::unique_ptr<StateStore> m_store;
    std::unique_ptr<OperationArchive> m_archive;
    std::unique_ptr<ResourceLedger> m_ledger;
    std::unique_ptr<PluginHost> m_host;
    std::unique_ptr<Frontends> m_frontends;
    std::unique_ptr<Observer> m_observer;
    std::unique_ptr<CommandRouter> m_router;
    std::unique_ptr<Recovery> m_recovery;
    std::unique_ptr<LeftoverSweeper> m_leftovers;
    std::unique_ptr<Queries> m_queries;
    std::unique_ptr<Streams> m_streams;

    std::mutex m_changedMutex;
    std::set<QString> m_changedPlugins; ///< whose change is on its way to the main thread

    std::atomic<bool> m_isMeasuring = false;
    WorkerPool m_meter{QStringLiteral("meter"), 1};

    // Main thread only.
    QTimer m_patience; ///< for drivers that do not become ready
    QTimer m_expiry;   ///< for plugins that do not come back from activate
    QTimer m_leftoverTimer;
    QTimer m_measureTimer;
    quint64 m_removals = 0;        ///< subscription: each VM that goes may leave something
    std::set<QString> m_unsettled; ///< plugins that are still activating
    bool m_inventoryTaken = false;
    std::set<QString> m_awaited; ///< plugins that the frontends still wait for
    bool m_workResumed = false;
    std::function<void()> m_ready;
    std::map<QString, Health> m_driverHealth;
};

} // namespace ghost
