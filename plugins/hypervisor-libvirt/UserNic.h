// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QXmlStreamWriter>

#include <ghost/VmSpec.h>

namespace ghost {

/// Whether QEMU itself is to carry the port's packets. libvirt's <interface type='user'> has no forwards then, so such
/// a card is not libvirt's: it stands in QEMU's own command line.
bool isCarriedByQemu(const NicSource &nic);

/// The <backend> and <portForward> of a port that passt carries; they stand in its <interface>.
void writePasst(QXmlStreamWriter &xml, const NicSource &nic);

/// <qemu:commandline> with the cards that QEMU carries, if there are any; it stands in <domain>. @p firstSlot is the
/// place of a VM's first card on the root bus.
void writeQemuNics(QXmlStreamWriter &xml, const QList<NicSource> &nics, int firstSlot);

} // namespace ghost
