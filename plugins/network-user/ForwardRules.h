// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QList>
#include <ghost/NetworkSpec.h>
#include <ghost/PortForward.h>

#include "Carrier.h"

namespace ghost::user {

/// InvalidArgument with the field for a null id, or a subnet: a user-mode network has none to choose.
Result<void> checkNetworkSpec(const NetworkSpec &spec);
/// InvalidArgument with the field for a null VM.
Result<void> checkPortSpec(const PortSpec &spec);
/// The wishes with TCP and 127.0.0.1 where nothing is said. InvalidArgument with the field (`forwards[1].guest_port`)
/// for ports that are none, other addresses than IPv4, a host port that is wished for twice, or too many. passt opens a
/// port once, whatever the addresses.
Result<QList<PortForward>> checkForwards(const QList<PortForward> &wishes, const Carrier &carrier);
/// Whether both cannot listen at once.
bool collide(const PortForward &a, const PortForward &b);

} // namespace ghost::user
