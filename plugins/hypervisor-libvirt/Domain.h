// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "Tag.h"
#include "libvirt/Handles.h"

namespace ghost {

/// A domain that is ours: it carries our tag with this agent's id, and the tag names this very domain (a clone made by
/// the PC's owner carries a copy of the tag, and is the owner's).
struct OwnDomain
{
    libvirt::DomainHandle handle;
    Tag tag;
};

/// NotFound when there is none, or when it is not ours.
Result<OwnDomain> findOwnDomain(virConnectPtr connection, AgentId agent, VmId id);
/// Ok only when every domain could be looked at: what cannot be seen is not gone.
Result<std::vector<OwnDomain>> listOwnDomains(virConnectPtr connection, AgentId agent);
/// AlreadyExists when a domain that is not ours has the VM's name or id.
Result<void> checkUnclaimed(virConnectPtr connection, AgentId agent, VmId id);

/// Whether the guest is powered off.
Result<bool> isOff(const OwnDomain &domain);
/// @p stopRequested tells a stop through the agent from one by the owner. Notes the start of a guest that another hand
/// started.
Result<VmInfo> describe(OwnDomain &domain, bool stopRequested);

/// Into the running domain; its definition stays as it is.
Result<void> writeLiveTag(const OwnDomain &domain);

} // namespace ghost
