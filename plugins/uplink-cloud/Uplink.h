// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "Books.h"
#include "CloudClient.h"
#include "CommandStream.h"
#include "Courier.h"
#include "Departure.h"
#include "Desk.h"
#include "Heartbeat.h"
#include "LinkStatus.h"
#include "TailnetWatch.h"
#include "UplinkOptions.h"
#include "health/HealthReasons.h"

namespace ghost::uplink {

/// One agent's tie to the cloud: puts the parts together, and takes them apart in the right order. As the plugin calls
/// it; a benchmark may have many in one process.
class Uplink
{
public:
    /// Reads what is kept in the data folder of @p context, which outlives it.
    static Result<std::unique_ptr<Uplink>> start(const UplinkOptions &options, PluginContext &context);
    ~Uplink();

    /// Returns at once.
    void open(Agent &agent);
    /// Returns at once; no call to the agent after it.
    void close();
    /// Tells the cloud why we go, for @p limit at most, and ends every thread.
    void end(std::chrono::milliseconds limit);

    QCborMap status() const;
    Result<void> setPaused(bool paused);
    Result<void> leave();

private:
    /// What there is only while the agent can be reached.
    struct Run;

    Uplink(UplinkOptions options, PluginContext &context);
    Result<void> prepare();
    void heard(const Event &event);
    void strangerHere();
    void tailnetChanged(const Tailnet &tailnet);
    void sayGoodbye(std::chrono::milliseconds limit);

    const UplinkOptions m_options;
    PluginContext &m_context;
    HealthReasons m_health;
    Departure m_departure;
    Identity m_identity;
    LinkStatus m_status;
    Session m_session;
    std::unique_ptr<CloudClient> m_client;
    std::unique_ptr<Desk> m_desk;
    Doorbell m_heartbeatBell;
    std::unique_ptr<Run> m_run;
};

} // namespace ghost::uplink
