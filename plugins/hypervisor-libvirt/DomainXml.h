// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

#include "Machine.h"
#include "Tag.h"

namespace ghost {

/// `ghost-<agent8>-<vm8>`: short, and free of what people write in names.
QString domainName(AgentId agent, VmId vm);
/// What each name of this agent's domains begins with. Says nothing about ownership: the Tag does.
QString domainNamePrefix(AgentId agent);

/// The definition of a VM as libvirt's domain XML.
QString domainXml(const VmSpec &spec, const Machine &machine, const Tag &tag);

/// The definition of the guest that tries KVM out: no tag (it is no VM), one disk, nothing else.
QString trialDomainXml(const QString &name, const QString &uuid, const Machine &machine, const QString &diskPath);

} // namespace ghost
