// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <mutex>

#include <QtCore/QList>
#include <QtCore/QStringList>

#include "ghost/Plugin.h"
#include "ghost/Signal.h"

namespace ghost::kit {

/// The host as a plugin under test sees it: folders below one root, and a memory of all that it was told.
class KitContext : public PluginContext
{
public:
    KitContext(const QString &root, const QString &pluginId, AgentId agent);

    void publish(const DriverEvent &event) override;
    void setHealth(const Health &health) override;
    void log(LogLevel level, const QString &message) override;
    QString folder(Folder folder) const override;
    AgentId agentId() const override { return m_agent; }

    Health health() const;
    int healthCount() const;
    QList<DriverEvent> events() const;
    void forgetEvents();
    QStringList logLines() const;
    /// Waits until @p condition holds, looking again at each event and change of health.
    bool waitUntil(const std::function<bool()> &condition, std::chrono::milliseconds limit);

private:
    QString m_root;
    QString m_pluginId;
    AgentId m_agent;
    Signal m_news;
    mutable std::mutex m_mutex; ///< for what follows
    Health m_health;
    int m_healthCount = 0;
    QList<DriverEvent> m_events;
    QStringList m_log;
};

} // namespace ghost::kit
