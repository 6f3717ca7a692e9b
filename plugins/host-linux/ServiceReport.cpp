// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ServiceReport.h"

#include <atomic>
#include <limits>

#include "StatusText.h"

namespace ghost::host {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds settlingTime{250};
/// systemd's advice is half of its limit; a third leaves a busy machine some room.
constexpr int beatsPerLimit = 3;

} // namespace

/// The bridge from the core's thread to the main loop.
class ServiceReport::Changes final : public EventSink
{
public:
    void event(const Event &) override { m_signal.raise(); }
    Signal &signal() { return m_signal; }

private:
    Signal m_signal;
};

/// Told by the core's thread, asked by the main loop.
class ServiceReport::Echo final : public EventSink
{
public:
    void event(const Event &) override { m_hasCome = true; }
    bool hasCome() const { return m_hasCome; }

private:
    std::atomic<bool> m_hasCome = false;
};

ServiceReport::ServiceReport(Agent &agent, PluginContext &context, const ServiceManager &manager)
    : m_agent(agent)
    , m_context(context)
    , m_manager(manager)
    , m_changes(std::make_shared<Changes>())
    , m_changed(m_changes->signal().fd(), QSocketNotifier::Read)
{
    m_ready.setSingleShot(true);
    QObject::connect(&m_ready, &QTimer::timeout, &m_ready, [this] { tellReady(); });
    m_settling.setSingleShot(true);
    m_settling.setInterval(settlingTime);
    QObject::connect(&m_settling, &QTimer::timeout, &m_settling, [this] { tellStatus(); });
    QObject::connect(&m_beat, &QTimer::timeout, &m_beat, [this] { tellAlive(); });
    QObject::connect(&m_changed, &QSocketNotifier::activated, &m_changed, [this] {
        m_changes->signal().clear();
        if (!m_settling.isActive())
            m_settling.start();
    });
    m_subscription = agent.subscribe(
        {{QStringLiteral("vm."), QStringLiteral("plugin."), QStringLiteral("resync")}, QString(), 0}, m_changes);
    // The core opens all frontends in one turn of its loop: in the next one its socket is there.
    m_ready.start(0);
}

ServiceReport::~ServiceReport()
{
    m_agent.unsubscribe(m_subscription);
    m_agent.unsubscribe(m_echoSubscription);
    judge(m_manager.stopping());
}

void ServiceReport::tellReady()
{
    m_status = statusText(*m_agent.state());
    judge(m_manager.ready(m_status));
    if (m_manager.watchdogLimit() > milliseconds(0)) {
        m_beat.start(m_manager.watchdogLimit() / beatsPerLimit);
        tellAlive();
    }
}

void ServiceReport::tellStatus()
{
    const QString status = statusText(*m_agent.state());
    if (status == m_status || m_ready.isActive())
        return;
    m_status = status;
    judge(m_manager.status(status));
}

void ServiceReport::tellAlive()
{
    const bool isAlive = m_agent.state() && (!m_echo || m_echo->hasCome());
    if (!isAlive)
        return;
    judge(m_manager.alive());
    askForEcho();
}

/// Events since one that no run of the agent reaches: the core says `resync`, and it comes as every event does.
void ServiceReport::askForEcho()
{
    m_agent.unsubscribe(m_echoSubscription);
    m_echo = std::make_shared<Echo>();
    const EventFilter unheard{{QStringLiteral("resync")}, QString(), std::numeric_limits<quint64>::max()};
    m_echoSubscription = m_agent.subscribe(unheard, m_echo);
}

void ServiceReport::judge(const Result<void> &told)
{
    if (told || m_hasComplained)
        return;
    m_hasComplained = true;
    m_context.log(LogLevel::Warning, told.error().text());
}

} // namespace ghost::host
