// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QCborMap>

#include "ghost/Vm.h"
#include "host/Drivers.h"

namespace ghost {

/// A VM's network with its facet for ports of the host.
struct ForwardingNetwork
{
    Driver<Network> driver;
    PortForwards *forwards = nullptr;
};

/// FailedPrecondition for a VM without a network; Unsupported, naming it, if its network cannot forward ports.
Result<ForwardingNetwork> forwardingNetwork(const Vm &vm, const Drivers &drivers);

/// As message PortForward in ghost/agent/v1.
QCborMap forwardToCbor(const PortForward &forward);

/// @p wanted, where a forward to the same port of the guest that is there already keeps its host port unless another
/// one is named: asked twice, the network chooses once.
QList<PortForward> withKeptPorts(QList<PortForward> wanted, QList<PortForward> present);

} // namespace ghost
