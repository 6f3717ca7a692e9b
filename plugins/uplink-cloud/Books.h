// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "CommandRunner.h"
#include "Courier.h"
#include "Desk.h"
#include "LinkStatus.h"
#include "Reporter.h"
#include "health/HealthReasons.h"

namespace ghost::uplink {

/// What this agent owes the cloud, and the cloud's commands: all that is on the desk. The threads that talk to the
/// cloud come here, and wait for the desk.
class Books
{
public:
    struct Parts
    {
        const UplinkOptions &options;
        Desk &desk;
        AgentAccess &agent;
        const Identity &identity;
        const Session &session;
        LinkStatus &status;
        HealthReasons &health;
        PluginContext &context;
        /// There may be something to bring to the cloud.
        std::function<void()> hasCargo;
    };
    explicit Books(Parts parts);

    // On the desk's thread.
    Result<Desk::Clock::time_point> look();
    /// The database is another one.
    void forget() { m_reporter.forget(); }

    // On any other.
    Result<void> registered(quint64 lastSequence);
    void receive(const cloud::v1::Command &command);
    Result<Courier::Cargo> load();
    Result<void> delivered(const Courier::Cargo &cargo);

private:
    Result<void> tellChanges(const State &state);
    Result<void> count();
    Result<void> endWaiting();
    void tellRefusals(const QStringList &refusals);

    const Parts m_parts;
    OperationLookup m_lookup;
    Outbox m_outbox;
    LocalChanges m_changes;
    Reporter m_reporter;
    CommandStore m_store;
    CommandRunner m_runner;
};

} // namespace ghost::uplink
