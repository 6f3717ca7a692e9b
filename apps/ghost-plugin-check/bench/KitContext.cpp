// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "bench/KitContext.h"

#include <QtCore/QDir>

namespace ghost::kit {

namespace {

constexpr qsizetype keptLogLines = 200;

const char *levelName(LogLevel level)
{
    switch (level) {
    case LogLevel::Debug:
        return "debug";
    case LogLevel::Info:
        return "info";
    case LogLevel::Warning:
        return "warning";
    case LogLevel::Error:
        return "error";
    case LogLevel::Unspecified:
        break;
    }
    return "?";
}

} // namespace

KitContext::KitContext(const QString &root, const QString &pluginId, AgentId agent)
    : m_root(root)
    , m_pluginId(pluginId)
    , m_agent(agent)
{
    for (const Folder each : {Folder::Data, Folder::Disks, Folder::Images, Folder::Run})
        QDir().mkpath(folder(each));
}

void KitContext::publish(const DriverEvent &event)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_events.append(event);
    }
    m_news.raise();
}

void KitContext::setHealth(const Health &health)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_health = health;
        ++m_healthCount;
    }
    m_news.raise();
}

void KitContext::log(LogLevel level, const QString &message)
{
    const std::scoped_lock lock(m_mutex);
    m_log.append(QLatin1String(levelName(level)) + QStringLiteral(": ") + message);
    if (m_log.size() > keptLogLines)
        m_log.removeFirst();
}

QString KitContext::folder(Folder folder) const
{
    switch (folder) {
    case Folder::Disks:
        return m_root + QStringLiteral("/disks");
    case Folder::Images:
        return m_root + QStringLiteral("/images");
    case Folder::Run:
        return m_root + QStringLiteral("/run");
    case Folder::Data:
    case Folder::Unspecified:
        break;
    }
    return m_root + QStringLiteral("/data/plugins/") + m_pluginId;
}

Health KitContext::health() const
{
    const std::scoped_lock lock(m_mutex);
    return m_health;
}

int KitContext::healthCount() const
{
    const std::scoped_lock lock(m_mutex);
    return m_healthCount;
}

QList<DriverEvent> KitContext::events() const
{
    const std::scoped_lock lock(m_mutex);
    return m_events;
}

void KitContext::forgetEvents()
{
    const std::scoped_lock lock(m_mutex);
    m_events.clear();
}

QStringList KitContext::logLines() const
{
    const std::scoped_lock lock(m_mutex);
    return m_log;
}

bool KitContext::waitUntil(const std::function<bool()> &condition, std::chrono::milliseconds limit)
{
    Call call({}, Call::Clock::now() + limit);
    while (!condition())
        if (call.wait(m_news) != Call::Wake::Raised)
            return condition();
    return true;
}

} // namespace ghost::kit
