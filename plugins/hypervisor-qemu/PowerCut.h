// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ghost/Call.h>

#include "Vm.h"

namespace ghost {

/// Ends a VM's QEMU whatever it does: asks it over QMP, which lets it write its disks out, then sends SIGTERM, then
/// SIGKILL, to the very process that was verified, never to a number.
class PowerCut
{
public:
    explicit PowerCut(Vm &vm);

    /// Up to 14 s, and not to be cancelled: what was told to go goes, whoever waits for it. Unavailable for a QEMU that
    /// the kernel itself holds (a dead file server).
    Result<void> run();

private:
    Result<bool> signal(int number, std::chrono::seconds patience, Call &call);

    Vm &m_vm;
};

} // namespace ghost
