// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>

#include <QtCore/QDir>
#include <QtCore/QStringList>
#include <QtCore/QTemporaryDir>

#include "ghost/Plugin.h"

namespace ghost {

/// A host for one plugin: folders below a temporary root, and a memory of all that the plugin said.
class FakePluginContext : public PluginContext
{
public:
    FakePluginContext()
        : m_root(m_temporary.path())
    {
        for (Folder folder : {Folder::Data, Folder::Disks, Folder::Images, Folder::Run})
            QDir().mkpath(defaultPath(folder));
    }

    void publish(const DriverEvent &event) override
    {
        const std::scoped_lock lock(m_mutex);
        m_events.append(event);
    }
    void setHealth(const Health &health) override
    {
        const std::scoped_lock lock(m_mutex);
        m_health = health;
    }
    void log(LogLevel, const QString &message) override
    {
        const std::scoped_lock lock(m_mutex);
        m_log.append(message);
    }
    QString folder(Folder folder) const override
    {
        const auto moved = m_moved.find(folder);
        return moved == m_moved.end() ? defaultPath(folder) : moved->second;
    }
    AgentId agentId() const override { return m_agentId; }

    QString root() const { return m_root; }
    /// Everything is below another folder now, as after `mv` and `--root NEW`.
    void setRoot(const QString &root) { m_root = root; }
    /// One folder somewhere else, for example on another file system.
    void setFolder(Folder folder, const QString &path) { m_moved[folder] = path; }

    Health health() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_health;
    }
    QList<DriverEvent> events() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_events;
    }
    QString logText() const
    {
        const std::scoped_lock lock(m_mutex);
        return m_log.join(u'\n');
    }

private:
    QString defaultPath(Folder folder) const
    {
        switch (folder) {
        case Folder::Data:
            return m_root + QStringLiteral("/data/plugin");
        case Folder::Disks:
            return m_root + QStringLiteral("/disks");
        case Folder::Images:
            return m_root + QStringLiteral("/images");
        case Folder::Run:
            return m_root + QStringLiteral("/run");
        case Folder::Unspecified:
            break;
        }
        return m_root;
    }

    QTemporaryDir m_temporary;
    QString m_root;
    std::map<Folder, QString> m_moved;
    AgentId m_agentId = AgentId::create();

    mutable std::mutex m_mutex; ///< for what follows
    Health m_health;
    QList<DriverEvent> m_events;
    QStringList m_log;
};

} // namespace ghost
