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

} // namespace ghost

Q_DECLARE_INTERFACE(ghost::Frontend, "org.ghost.Frontend/1")
