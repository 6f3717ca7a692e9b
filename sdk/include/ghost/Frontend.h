// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ghost/Agent.h"
#include "ghost/Plugin.h"

namespace ghost {

/// A plugin that calls the core: an API, an exporter, an uplink.
class GHOST_SDK_EXPORT Frontend
{
public:
    virtual ~Frontend();
    /// Main thread, the one with the Qt event loop; returns within 100 ms. @p agent lives until close has returned.
    virtual Result<void> open(Agent &agent) = 0;
    /// Main thread. No call to Agent after it has returned.
    virtual void close() = 0;
};

/// Facet of a frontend that ties the agent to Ghost Cloud: what the owner may say about it. Calls come on a worker
/// thread of the core, between open and close, and do not need the cloud to be reachable.
class GHOST_SDK_EXPORT CloudLink
{
public:
    virtual ~CloudLink();
    /// As message CloudStatus in ghost/agent/v1. From memory.
    virtual Result<QCborMap> status(Call &call) = 0;
    /// Paused: no command of the cloud begins; reports go on. Kept over restarts. Paused already: Ok.
    virtual Result<void> setPaused(bool paused, Call &call) = 0;
    /// Ends this agent's identity there; VMs stay. The cloud is told when it can be reached. Left already: Ok.
    virtual Result<void> leave(Call &call) = 0;
};

} // namespace ghost

Q_DECLARE_INTERFACE(ghost::Frontend, "org.ghost.Frontend/1")
Q_DECLARE_INTERFACE(ghost::CloudLink, "org.ghost.CloudLink/1")
