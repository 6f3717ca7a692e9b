// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace ghost {

class Agent;
class Log;
class PluginHost;
class PluginRuntime;
class StateStore;

/// The frontends that are open: the agent's doors. Main thread only.
class Frontends
{
public:
    Frontends(PluginHost &host, Agent &agent, StateStore &store, Log &log);

    /// Opens all that are active. One that cannot is told as a warning, and keeps no other shut.
    void open();
    /// A plugin has become active: if it is a frontend and the others are open, it opens, too.
    void joined(PluginRuntime &plugin);
    /// Closes all; none opens from now on.
    void close();

private:
    void openOne(PluginRuntime &plugin);
    void closeOne(PluginRuntime &plugin);

    PluginHost &m_host;
    Agent &m_agent;
    StateStore &m_store;
    Log &m_log;
    bool m_areOpen = false;
    std::vector<PluginRuntime *> m_open;
};

} // namespace ghost
