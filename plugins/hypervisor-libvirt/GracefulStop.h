// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>

#include <ghost/Hypervisor.h>

#include "DomainEvents.h"
#include "libvirt/ConnectionPool.h"

namespace ghost {

class RequestedStops;

/// Powers one VM off: guest agent, then ACPI power button, then, if allowed, the plug. Waits for libvirt's event, never
/// polls, and holds no connection while it waits. One object a stop.
class GracefulStop
{
public:
    GracefulStop(libvirt::ConnectionPool &pool, DomainEvents &events, RequestedStops &stops, AgentId agent, VmId id);

    /// Which way worked.
    Result<StopMethod> run(const PowerOff &how, Call &call);

private:
    using Clock = std::chrono::steady_clock;
    struct AgentRequest;
    enum class Outcome : int { Unspecified = 0, Off, StillOn };

    Result<StopMethod> stop(const PowerOff &how, Call &call);
    Result<Outcome> look(Call &call);
    Result<void> startAgentShutdown(Call &call);
    Result<void> pressPowerButton(Call &call);
    Result<void> cutPower(Call &call);
    Result<Outcome> askAgent(std::chrono::seconds grace, Call &call);
    Result<Outcome> askAcpi(std::chrono::seconds grace, Call &call);

    libvirt::ConnectionPool &m_pool;
    DomainEvents &m_events;
    RequestedStops &m_stops;
    AgentId m_agent;
    VmId m_id;
    std::shared_ptr<AgentRequest> m_request;
};

} // namespace ghost
