// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <QtCore/QSocketNotifier>
#include <QtCore/QTimer>

#include "ServiceManager.h"
#include "ghost/Agent.h"
#include "ghost/Plugin.h"

namespace ghost::host {

/// Keeps the service manager informed while it lives: that the agent is ready, how it is, that it is alive, and in the
/// end that it stops. Main thread only.
///
/// A sign of life is given by a timer of the main loop that has asked the core for its state, and has since the last
/// time been sent an event that it asked for: neither a loop that stands still, nor a core that holds its state locked
/// or delivers no events any more passes for alive. What waits for disks or drivers is left out: another start of the
/// agent would wait for them, too.
class ServiceReport
{
public:
    /// @p manager is there.
    ServiceReport(Agent &agent, PluginContext &context, const ServiceManager &manager);
    ~ServiceReport();
    ServiceReport(const ServiceReport &) = delete;
    ServiceReport &operator=(const ServiceReport &) = delete;

private:
    class Changes;
    class Echo;

    void tellReady();
    void tellStatus();
    void tellAlive();
    void askForEcho();
    void judge(const Result<void> &told);

    Agent &m_agent;
    PluginContext &m_context;
    const ServiceManager m_manager;
    std::shared_ptr<Changes> m_changes;
    QSocketNotifier m_changed;
    QTimer m_ready;    ///< once: when the other frontends are open, too
    QTimer m_settling; ///< many changes at once become one line
    QTimer m_beat;
    quint64 m_subscription = 0;
    std::shared_ptr<Echo> m_echo; ///< null before the first one is asked for
    quint64 m_echoSubscription = 0;
    QString m_status;
    bool m_hasComplained = false;
};

} // namespace ghost::host
