// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <thread>

#include "AgentAccess.h"
#include "Backoff.h"
#include "CloudClient.h"
#include "Doorbell.h"
#include "LinkStatus.h"
#include "Session.h"
#include "ghost/Plugin.h"

namespace ghost::uplink {

/// The thread that keeps this agent known to the cloud: registers for as long as it takes, then beats at the interval
/// that the cloud wishes, and says farewell once when the owner leaves.
class Heartbeat
{
public:
    struct Parts
    {
        const UplinkOptions &options;
        Identity &identity;
        Session &session;
        CloudClient &client;
        AgentAccess &agent;
        LinkStatus &status;
        PluginContext &context;
        /// Rung when something is new that does not wait for the next beat.
        Doorbell &bell;
        /// The cloud has all reports up to this one.
        std::function<Result<void>(quint64 lastSequence)> registered;
        /// A command that came with a beat.
        std::function<void(const cloud::v1::Command &)> received;
        /// Whether commands may begin has changed.
        std::function<void()> standingChanged;
        /// Brings the cloud the results that there are.
        std::function<Result<void>(const std::stop_token &)> bringResults;
    };
    explicit Heartbeat(Parts parts);

    /// Does not wait for the end.
    void requestStop() { m_thread.request_stop(); }

private:
    using Milliseconds = std::chrono::milliseconds;

    void run(const std::stop_token &stop);
    // Each answers how long to wait before the next.
    Milliseconds signUp(const std::stop_token &stop);
    Milliseconds beat(const std::stop_token &stop);
    Milliseconds sayFarewell(const std::stop_token &stop);

    Result<void> take(const cloud::v1::RegisterAgentResponse &response);
    void take(const cloud::v1::HeartbeatResponse &response);
    void setInterval(int seconds);
    void heard(const Result<void> &answer);
    void succeeded(Milliseconds latency);
    void failed(const Error &error);
    void setNotice(const std::string &notice);
    Milliseconds interval() const;

    const Parts m_parts;
    Backoff m_backoff;
    int m_intervalSeconds;
    int m_vainFarewells = 0; ///< before which the results could not be brought
    std::jthread m_thread;   ///< last: it uses everything above
};

} // namespace ghost::uplink
