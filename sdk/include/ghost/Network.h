// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QList>

#include "ghost/Address.h"
#include "ghost/NetworkSpec.h"
#include "ghost/NicSource.h"
#include "ghost/Plugin.h"

namespace ghost {

/// A driver that gives VMs a network. Same rules for threads and repetition as Hypervisor.
class GHOST_SDK_EXPORT Network
{
public:
    virtual ~Network();
    /// The kind of port that plug gives. From memory, at once, any thread.
    virtual NicSource::Kind nicKind() const = 0;
    /// The network exists and works afterwards; made if need be. No free subnet: ResourceExhausted with who holds
    /// which.
    virtual Result<NetworkInfo> ensure(const NetworkSpec &spec, Call &call) = 0;
    /// Unknown id: Ok. Ports still plugged: FailedPrecondition.
    virtual Result<void> remove(NetworkId id, Call &call) = 0;
    /// The network chooses MAC and address and keeps them for the VM until unplug; plugged already: the same again.
    virtual Result<NicSource> plug(NetworkId id, const PortSpec &port, Call &call) = 0;
    /// Not plugged: Ok.
    virtual Result<void> unplug(VmId vm, Call &call) = 0;
    /// What the network has seen of the VM; empty when nothing yet. Publishes AddressChanged when this may have
    /// changed.
    virtual Result<QList<Address>> addresses(VmId vm, Call &call) = 0;
    /// VMs that have a port here.
    virtual Result<QList<VmId>> ports(Call &call) = 0;
};

/// Facet: ports of the host that lead to a guest.
class GHOST_SDK_EXPORT PortForwards
{
public:
    virtual ~PortForwards();
    /// From memory. Not plugged: NotFound.
    virtual Result<QList<PortForward>> forwards(VmId vm, Call &call) = 0;
    /// Exactly these from now on; host ports of 0 are chosen. Answers with the port as the hypervisor is to have it;
    /// the core hands it on. Not plugged: NotFound. A host port that is taken: AlreadyExists, and nothing has changed.
    virtual Result<NicSource> setForwards(VmId vm, const QList<PortForward> &forwards, Call &call) = 0;
};

} // namespace ghost

Q_DECLARE_INTERFACE(ghost::Network, "org.ghost.Network/1")
Q_DECLARE_INTERFACE(ghost::PortForwards, "org.ghost.PortForwards/1")
