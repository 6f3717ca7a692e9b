// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

#include "DomainEvents.h"
#include "kvm/KvmProbe.h"
#include "libvirt/ConnectionPool.h"

namespace ghost {

struct Machine;

/// Runs a tiny guest to its end. KVM may be there and still not carry a guest (some nested hosts); nothing but a guest
/// shows it.
class KvmTrial
{
public:
    /// @p diskFolder is one that QEMU's user can reach.
    KvmTrial(libvirt::ConnectionPool &pool, DomainEvents &events, AgentId agent, QString diskFolder);

    /// Removes the disks that trials of this agent have left when it was killed.
    void removeLeftovers() const;
    /// Also tries TCG: the tests run it where no KVM works. An Error says that the trial could not be made.
    Result<KvmVerdict> run(const Machine &machine, Call &call);

private:
    QString namePrefix() const;
    Result<KvmVerdict> watchGuest(const QString &xml, VmId id, Call &call);

    libvirt::ConnectionPool &m_pool;
    DomainEvents &m_events;
    AgentId m_agent;
    QString m_diskFolder;
};

} // namespace ghost
