// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QByteArray>

namespace ghost {

/// A guest of 512 bytes: goes through protected mode and paging into long mode as every system does, then powers off
/// (q35). A KVM that cannot carry a real guest fails here: QEMU dies, or the guest hangs or resets for ever. Empty on
/// other machines than x86-64.
QByteArray trialBootSector();

} // namespace ghost
