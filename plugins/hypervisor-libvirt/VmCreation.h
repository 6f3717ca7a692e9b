// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ghost/Call.h>

#include "Domain.h"
#include "Machine.h"

namespace ghost {

class AcceleratorChoice;

namespace libvirt {
class ConnectionPool;
}

/// Turns a spec into a defined, stopped domain; the steps of one Hypervisor::create.
class VmCreation
{
public:
    VmCreation(libvirt::ConnectionPool &pool, AcceleratorChoice &accelerators, AgentId agent);

    Result<VmInfo> run(const VmSpec &spec, Call &call);

private:
    Result<VmInfo> renew(OwnDomain existing, virConnectPtr connection, const VmSpec &spec);
    Result<VmInfo> define(virConnectPtr connection, const VmSpec &spec, const Machine &machine);

    libvirt::ConnectionPool &m_pool;
    AcceleratorChoice &m_accelerators;
    AgentId m_agent;
};

} // namespace ghost
