// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>

#include <ghost/cloud/v1/operator.pb.h>

#include "Clock.h"
#include "storage/Database.h"

namespace ghost::cloud {

/// The commands with their results. How long one is still valid is counted on the steady clock, so that a jump of the
/// wall clock neither ends nor prolongs it; only over a restart of the Core there is nothing but the wall clock.
class CommandTable
{
public:
    /// One that has not ended.
    struct Open
    {
        qint64 number = 0; ///< their order, over all agents
        v1::KnownCommand known;
        qint64 validUntil = 0; ///< on the steady clock
    };

    CommandTable(Database &database, const Clock &clock)
        : m_database(database)
        , m_clock(clock)
    {}

    /// Counts the validity of what is open; after opening, and after something was taken back.
    void load();

    /// @p known with id, agent and times; it is WAITING.
    void add(const v1::KnownCommand &known, const std::string &requestId);
    std::optional<v1::KnownCommand> find(const std::string &id);
    std::optional<v1::KnownCommand> findByRequest(const std::string &requestId);
    /// Those of @p agent that are WAITING or SENT, oldest first, from the one after @p after.
    QList<Open> open(const std::string &agent, qint64 after, int limit);
    int countOpen(const std::string &agent);
    void setState(const std::string &id, v1::CommandState state);
    /// It is ENDED.
    void end(const std::string &id, const v1::CommandResult &result);
    /// Those WAITING whose time has passed.
    QList<v1::KnownCommand> overdue();
    /// Newest first; an empty @p agent means all.
    QList<v1::KnownCommand> list(const std::string &agent, int limit);
    /// Lets go of the oldest that are over.
    void prune();

private:
    Database &m_database;
    const Clock &m_clock;
    struct Validity
    {
        qint64 until = 0; ///< on the steady clock
        bool isWaiting = true;
    };
    std::map<std::string, Validity> m_open; ///< by the command's id
};

} // namespace ghost::cloud
