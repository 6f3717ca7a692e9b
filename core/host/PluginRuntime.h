// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include <QtCore/QObject>
#include <QtCore/QPluginLoader>

#include "WorkerPool.h"
#include "ghost/Plugin.h"
#include "ghost/PluginStatus.h"
#include "host/ActivationJournal.h"
#include "host/PluginMetadata.h"

namespace ghost {

class Log;

/// Folders of the agent, absolute.
struct Folders
{
    QString data;
    QString disks;
    QString images;
    QString run;
};

/// What a plugin's news go to. Called on the plugin's threads.
struct PluginNews
{
    std::function<void(const QString &plugin, const DriverEvent &)> event;
    std::function<void(const PluginStatus &)> status;
};

/// @p health with the time since when it is so: that of @p before while the status stays the same, else now.
Health stamped(Health health, const Health &before = {});

/// One loaded plugin: its object, the threads that call it, and the host as it sees it.
///
/// It is never destroyed while code of the plugin may run, and its code is never unloaded: Qt leaves it mapped anyhow.
class PluginRuntime : public PluginContext
{
public:
    PluginRuntime(PluginMetadata metadata, AgentId agent, Folders folders, Log &log, PluginNews news);
    ~PluginRuntime() override;

    /// Maps the code and makes the root object. Its static constructors run here.
    Result<void> load(ActivationJournal &journal);
    /// Runs activate on a worker; @p done is called there with its result. @p journal lives as long as that.
    void activate(const QJsonObject &config, std::chrono::milliseconds limit, ActivationJournal &journal,
                  std::function<void(Result<void>)> done);
    /// Takes no more work, and waits for what runs for @p patience at most. False: something of it still runs.
    bool closeWorkers(std::chrono::milliseconds patience);
    /// After closeWorkers has answered true, and if activate has returned Ok, whatever became of it since. False: it
    /// has not come back within @p patience.
    bool deactivate(std::chrono::milliseconds patience);
    /// From now on it is not to be called any more, for this reason (activate failed or hangs), and down, whatever it
    /// says of itself.
    void fail(const QString &reason);

    const PluginMetadata &metadata() const { return m_metadata; }
    PluginStatus status() const;
    bool isActive() const;
    /// Activate has returned Ok, though perhaps too late: other plugins may have been called on its threads.
    bool wasActivated() const;
    /// A frontend that has been opened and not closed yet: only then may its facets be called.
    bool isOpen() const { return m_open; }
    void setOpen(bool open) { m_open = open; }
    /// The root object as one of its role or facet interfaces, null if it has it not.
    template <class Interface>
    Interface *as() const
    {
        return qobject_cast<Interface *>(m_object);
    }
    QObject *object() const { return m_object; }
    /// Threads for calls that change something; one hung VM must not keep the others waiting.
    WorkerPool &work() { return m_work; }
    /// Threads for questions, so that they are not stuck behind hung changes.
    WorkerPool &questions() { return m_questions; }

    void publish(const DriverEvent &event) override;
    void setHealth(const Health &health) override;
    void log(LogLevel level, const QString &message) override;
    QString folder(Folder folder) const override;
    AgentId agentId() const override { return m_agent; }

private:
    void changeStatus(const std::function<void(PluginStatus &)> &change);

    const PluginMetadata m_metadata;
    const AgentId m_agent;
    const Folders m_folders;
    Log &m_log;
    const PluginNews m_news;
    QPluginLoader m_loader;
    QObject *m_object = nullptr;
    mutable std::mutex m_mutex;
    PluginStatus m_status;
    bool m_activated = false; ///< unlike the stage it stays, when the plugin is left out for another reason
    std::atomic<bool> m_open = false;
    WorkerPool m_work;
    WorkerPool m_questions;
};

} // namespace ghost
