// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "agents/Roster.h"

#include <set>

namespace ghost::cloud {

void Roster::load(qint64 steadyNow)
{
    std::set<std::string> known;
    for (const Row &row : m_database.read("SELECT id, installation, ended, generation, record FROM agents")) {
        const std::string id = row.at(0).toString().toStdString();
        known.insert(id);
        AgentRecord &record = m_records[id];
        record.installation = row.at(1).toString().toStdString();
        record.hasEnded = row.at(2).toBool();
        record.generation = row.at(3).toULongLong();
        record.agent = fromBlob<v1::Agent>(row.at(4));
        record.picture.clear();
        if (record.heardAt == 0)
            record.heardAt = record.rival.heardAt = steadyNow;
    }
    std::erase_if(m_records, [&known](const auto &entry) { return !known.contains(entry.first); });
}

void Roster::save(AgentRecord &record)
{
    m_database.run("INSERT OR REPLACE INTO agents (id, installation, ended, generation, record) VALUES (?, ?, ?, ?, ?)",
                   {text(record.agent.id()), text(record.installation), int(record.hasEnded), qint64(record.generation),
                    blob(record.agent)});
    record.isNewerThanDisk = false;
}

void Roster::saveNewer()
{
    for (auto &[id, record] : m_records) {
        if (record.isNewerThanDisk)
            save(record);
    }
}

AgentRecord *Roster::find(const std::string &id)
{
    const auto found = m_records.find(id);
    return found == m_records.end() ? nullptr : &found->second;
}

AgentRecord *Roster::findInstallation(const std::string &installation)
{
    for (auto &[id, record] : m_records) {
        if (!record.hasEnded && record.installation == installation)
            return &record;
    }
    return nullptr;
}

AgentRecord &Roster::add(const std::string &id, const std::string &installation)
{
    AgentRecord &record = m_records[id];
    record.agent.set_id(id);
    record.installation = installation;
    return record;
}

Result<AgentRecord *> Roster::resolve(const std::string &idOrName)
{
    if (AgentRecord *record = find(idOrName))
        return record;
    AgentRecord *found = nullptr;
    for (auto &[id, record] : m_records) {
        if (record.hasEnded || record.agent.name() != idOrName)
            continue;
        if (found)
            return Error(Code::FailedPrecondition, QStringLiteral("several agents are called %1").arg(text(idOrName)))
                .withField(QStringLiteral("agent"))
                .withHint(QStringLiteral("use the id: ghostctl agents"));
        found = &record;
    }
    if (!found)
        return Error(Code::NotFound, QStringLiteral("no agent is called %1").arg(text(idOrName)))
            .withField(QStringLiteral("agent"))
            .withHint(QStringLiteral("ghostctl agents lists them"));
    return found;
}

} // namespace ghost::cloud
