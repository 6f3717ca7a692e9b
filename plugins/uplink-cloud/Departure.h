// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include "ghost/Event.h"
#include "ghost/Plugin.h"

namespace ghost::cloud::v1 {
enum UnregisterReason : int;
}

namespace ghost::uplink {

/// Why this run of the agent will end, as far as anybody has said. Thread-safe.
class Departure
{
public:
    explicit Departure(const PluginContext &context);

    /// What was said of an earlier run is over.
    void begin();
    void heard(const Event &event);
    cloud::v1::UnregisterReason reason() const;

private:
    const QString m_upgradeMark; ///< who installs another version puts it there before the agent is stopped
    std::atomic<bool> m_isHostStopping = false;
};

} // namespace ghost::uplink
