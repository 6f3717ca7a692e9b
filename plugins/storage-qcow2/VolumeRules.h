// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ghost/VolumeSpec.h"

namespace ghost {

/// Ok when the spec is right in itself, else InvalidArgument with the field. The core has checked names before; a
/// driver that makes paths of them does it again.
Result<void> checkVolumeSpec(const VolumeSpec &spec);

/// `my-vm.qcow2`, `my-vm-seed.img`. The suffixes matter: libvirt's AppArmor helper lets QEMU read only names like
/// these.
QString volumeFileName(const VolumeSpec &spec);

/// Largest disk that is made, 64 TiB.
constexpr qint64 largestVolumeBytes = qint64(64) << 40;

} // namespace ghost
