// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QStringList>

#include "SpecJson.h"

namespace ghost {

/// Descriptors that QEMU finds open when it starts.
struct GuestDescriptors
{
    int qmp = -1;
    int console = -1;
    int guestAgent = -1;
    QList<int> nics; ///< one for each port: the socket to its passt, or -1 for QEMU's own user network
};

/// QEMU's arguments for a VM. @p name is what people see in `ps`.
QStringList commandLine(const StoredVm &vm, const QString &name, const GuestDescriptors &descriptors, bool sandbox);

/// `ghost-<agent8>-<vm8>`
QString guestName(AgentId agent, VmId vm);
/// Id of a port's netdev.
QString netdevId(qsizetype index);
/// Label of the guest agent's character device.
inline constexpr char guestAgentChardev[] = "guest-agent";

/// A forward as slirp's hostfwd options and commands take it; without the guest's side it names an existing one.
QString hostForwardRule(const PortForward &forward);
QString hostForwardKey(const PortForward &forward);

} // namespace ghost
