// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QStringList>

#include "AgentAccess.h"
#include "CommandCheck.h"
#include "CommandStore.h"
#include "HostClock.h"
#include "Identity.h"
#include "LocalChanges.h"
#include "OperationLookup.h"
#include "Session.h"
#include "ghost/Plugin.h"

namespace ghost::uplink {

/// Does what the cloud commands, each command once: stored, begun, an operation of the agent, ended; a kill between any
/// two of these goes on where it was. On the desk's thread.
class CommandRunner
{
public:
    struct Parts
    {
        CommandStore &store;
        LocalChanges &changes;
        AgentAccess &agent;
        OperationLookup &lookup;
        const Identity &identity;
        const Session &session;
        PluginContext &context;
    };
    CommandRunner(const Parts &parts, QStringList allowed, HostClock clock);

    /// Stores a command that came, or knows it again. An Error: it is not stored, the cloud has to send it again.
    Result<void> accept(const cloud::v1::Command &command);
    /// Begins and ends whatever is due. After it the VMs in @p state are in the outbox. Answers for how long nothing
    /// will be due by itself.
    Result<std::chrono::milliseconds> look(const State &state);

private:
    using Milliseconds = std::chrono::milliseconds;

    Result<void> acceptAgain(const StoredCommand &known, qint64 expiresMs);
    Result<void> advance(const StoredCommand &command, const State &state);
    Result<void> begin(const StoredCommand &command, const State &state);
    Result<void> resume(const StoredCommand &command, const State &state);
    Result<void> submit(const StoredCommand &command, const Order &order);
    Result<void> follow(const StoredCommand &command, const State &state);
    Result<void> checkUnchanged(const Order &order, quint64 generation, const State &state);
    Result<void> refuse(const QString &id, const Error &error);
    Result<void> end(const QString &id, const cloud::v1::CommandResult &result);
    void lookWithin(Milliseconds time) { m_patience = std::min(m_patience, time); }

    Parts m_parts;
    const QStringList m_allowed;
    const HostClock m_clock;
    Milliseconds m_patience{}; ///< of the look under way
    bool m_isOverflowTold = false;
};

} // namespace ghost::uplink
