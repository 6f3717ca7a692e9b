// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include <ghost/cloud/v1/operator.pb.h>

#include "storage/Database.h"

namespace ghost::cloud {

/// Another instance that speaks under an identity which it does not hold.
struct Rival
{
    std::string instance; ///< empty: there is none
    std::string boot;
    int beats = 0;
    qint64 heardAt = 0; ///< on the steady clock
};

/// What the Core knows of one agent.
struct AgentRecord
{
    // In the database, by Roster::save().
    v1::Agent
        agent; ///< as the operator sees it; instance_id is the holder of the identity, empty after it unregistered
    std::string installation;
    quint64 generation = 0; ///< of the newest picture or report in the VM table
    bool hasEnded = false;  ///< it left for good

    // Only here; times on the steady clock.
    qint64 heardAt = 0;   ///< last call of the holder; the start of the Core counts as one
    qint64 heldUntil = 0; ///< no commands before
    Rival rival;
    QByteArray picture;       ///< digest of the beat's VMs in the VM table; empty: not known
    qint64 pictureToldAt = 0; ///< wall clock: when a beat confirmed it last
    bool hasBeaten = false;   ///< since it registered, or the Core started
    bool isNewerThanDisk = false;
};

/// All agents, in memory and on the disk.
class Roster
{
public:
    explicit Roster(Database &database)
        : m_database(database)
    {}

    /// Reads what the disk has. What is only in memory stays, for those who were there.
    void load(qint64 steadyNow);
    void save(AgentRecord &record);
    /// Saves those that differ from the disk in what may be a minute old there (last_seen, resources).
    void saveNewer();

    AgentRecord *find(const std::string &id);
    /// The one that has not ended.
    AgentRecord *findInstallation(const std::string &installation);
    AgentRecord &add(const std::string &id, const std::string &installation);
    /// By id or name. NotFound; FailedPrecondition if several bear the name.
    Result<AgentRecord *> resolve(const std::string &idOrName);

    std::map<std::string, AgentRecord> &all() { return m_records; }

private:
    Database &m_database;
    std::map<std::string, AgentRecord> m_records;
};

} // namespace ghost::cloud
