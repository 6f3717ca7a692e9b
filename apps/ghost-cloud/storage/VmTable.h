// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ghost/cloud/v1/cloud.pb.h>
#include <ghost/cloud/v1/operator.pb.h>

#include "storage/Database.h"

namespace ghost::cloud {

/// The VMs as their agents told them last.
class VmTable
{
public:
    using Vms = google::protobuf::RepeatedPtrField<ghost::agent::v1::Vm>;

    explicit VmTable(Database &database)
        : m_database(database)
    {}

    /// These, and no others, are the VMs of @p agent.
    void replace(const std::string &agent, const Vms &vms, quint64 generation, qint64 reportedAtMs);
    void put(const std::string &agent, const ghost::agent::v1::Vm &vm, quint64 generation, qint64 reportedAtMs);
    void remove(const std::string &agent, const std::string &vm);
    void removeAll(const std::string &agent);
    /// In the order of their ids, without the agent's name.
    QList<v1::KnownVM> list(const std::string &agent);
    int count(const std::string &agent);

private:
    Database &m_database;
};

} // namespace ghost::cloud
