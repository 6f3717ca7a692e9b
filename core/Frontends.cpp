// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Frontends.h"

#include <algorithm>
#include <utility>

#include "ghost/Frontend.h"
#include "host/Contained.h"
#include "host/PluginHost.h"
#include "log/Log.h"
#include "state/StateStore.h"

namespace ghost {

namespace {
/// For a facet's call under way when its frontend is closed.
constexpr std::chrono::milliseconds facetPatience{1'000};
} // namespace

Frontends::Frontends(PluginHost &host, Agent &agent, StateStore &store, Log &log)
    : m_host(host)
    , m_agent(agent)
    , m_store(store)
    , m_log(log)
{}

void Frontends::open()
{
    m_areOpen = true;
    for (PluginRuntime *plugin : m_host.active())
        openOne(*plugin);
}

void Frontends::joined(PluginRuntime &plugin)
{
    if (m_areOpen)
        openOne(plugin);
}

void Frontends::openOne(PluginRuntime &plugin)
{
    if (!plugin.as<Frontend>() || std::ranges::find(m_open, &plugin) != m_open.end())
        return;
    if (const auto opened = m_host.open(plugin, m_agent))
        m_open.push_back(&plugin);
    else
        m_store.warn(QStringLiteral("plugin '%1' cannot open: %2").arg(plugin.metadata().id, opened.error().text()));
}

void Frontends::close()
{
    m_areOpen = false;
    for (PluginRuntime *plugin : std::exchange(m_open, {}))
        closeOne(*plugin);
}

void Frontends::closeOne(PluginRuntime &plugin)
{
    const QString &id = plugin.metadata().id;
    plugin.setOpen(false);
    if (!plugin.closeWorkers(facetPatience))
        m_log.write(LogLevel::Warning, id, QStringLiteral("a call has not come back: closed all the same"));
    const auto closed = contained(id, [&]() -> Result<void> {
        plugin.as<Frontend>()->close();
        return {};
    });
    if (!closed)
        m_log.write(LogLevel::Error, id, QStringLiteral("cannot close: %1").arg(closed.error().text()));
}

} // namespace ghost
