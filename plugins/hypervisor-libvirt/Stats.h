// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QList>

#include <ghost/VmUsage.h>
#include <libvirt/libvirt.h>

namespace ghost {

/// Live counters of this agent's running VMs, all read by one call to libvirtd.
Result<QList<VmUsage>> usageOfOwnDomains(virConnectPtr connection, AgentId agent);

/// One record of libvirt's, as it stands.
VmUsage usageOf(const virTypedParameter *parameters, int count);

} // namespace ghost
