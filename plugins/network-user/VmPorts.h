// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <optional>

#include <QtCore/QMap>
#include <QtCore/QSet>
#include <ghost/NetworkSpec.h>

#include "HostPorts.h"
#include "PortFiles.h"

namespace ghost::user {

/// Which VM has which ports of this machine. Every change is on disk before it counts. Thread-safe.
class VmPorts
{
public:
    /// @p startAt: where in the range the search for a free port begins. Agents that begin at different places do not
    /// promise the same port to two VMs that do not run.
    VmPorts(const QString &folder, HostPorts range, uint startAt);

    /// Returns what was wrong, for the log. An Error when what is there cannot be read now.
    Result<QStringList> load();

    /// A new port has one forward, to the guest's ssh. One that is there already stays as it is; only a host port that
    /// was our choice and that a stranger's program has by now is chosen anew. A stranger on a port that somebody
    /// wished for: AlreadyExists naming it. No host port free: ResourceExhausted naming who has them.
    Result<Port> plug(NetworkId network, const PortSpec &spec);
    /// Exactly @p wishes (which checkForwards has seen) from now on. Not plugged: NotFound. A host port that is taken:
    /// AlreadyExists, and nothing has changed.
    Result<Port> setForwards(VmId vm, const QList<PortForward> &wishes);
    /// Not plugged: Ok.
    Result<void> unplug(VmId vm);

    std::optional<Port> find(VmId vm) const;
    QList<Port> ports() const;
    /// All that have a port, those whose record was damaged, too.
    QList<VmId> vms() const;
    /// Those whose record was damaged: their next plug gives them a new host port.
    QSet<VmId> lost() const;

private:
    Result<void> keep(const Port &port);
    Result<void> renewTaken(Port &port) const;
    Result<Forward> granted(const Port &old, const PortForward &wish, const QList<Forward> &others) const;
    Result<int> choose(PortForward forward, const QList<Forward> &others) const;
    const Port *holder(const PortForward &forward, VmId except) const;
    Error exhausted() const;

    const PortFiles m_files;
    const HostPorts m_range;
    const int m_startAt;
    mutable std::mutex m_mutex;
    QMap<VmId, Port> m_ports;
    QSet<VmId> m_lost;
};

} // namespace ghost::user
