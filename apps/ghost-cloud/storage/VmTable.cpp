// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "storage/VmTable.h"

#include "Times.h"

namespace ghost::cloud {

void VmTable::replace(const std::string &agent, const Vms &vms, quint64 generation, qint64 reportedAtMs)
{
    removeAll(agent);
    for (const ghost::agent::v1::Vm &vm : vms)
        put(agent, vm, generation, reportedAtMs);
}

void VmTable::put(const std::string &agent, const ghost::agent::v1::Vm &vm, quint64 generation, qint64 reportedAtMs)
{
    m_database.run("INSERT OR REPLACE INTO vms (agent, id, generation, reported_at, record) VALUES (?, ?, ?, ?, ?)",
                   {text(agent), text(vm.id()), qint64(generation), reportedAtMs, blob(vm)});
}

void VmTable::remove(const std::string &agent, const std::string &vm)
{
    m_database.run("DELETE FROM vms WHERE agent = ? AND id = ?", {text(agent), text(vm)});
}

void VmTable::removeAll(const std::string &agent)
{
    m_database.run("DELETE FROM vms WHERE agent = ?", {text(agent)});
}

QList<v1::KnownVM> VmTable::list(const std::string &agent)
{
    QList<v1::KnownVM> vms;
    for (const Row &row : m_database.read("SELECT record, generation, reported_at FROM vms WHERE agent = ? ORDER BY id",
                                          {text(agent)})) {
        v1::KnownVM known;
        known.set_agent_id(agent);
        *known.mutable_vm() = fromBlob<ghost::agent::v1::Vm>(row.at(0));
        known.set_state_generation(row.at(1).toULongLong());
        *known.mutable_reported_at() = timestampOf(row.at(2).toLongLong());
        vms.append(known);
    }
    return vms;
}

int VmTable::count(const std::string &agent)
{
    return m_database.read("SELECT count(*) FROM vms WHERE agent = ?", {text(agent)}).at(0).at(0).toInt();
}

} // namespace ghost::cloud
