// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ghost/Call.h>

#include "VmTable.h"

namespace ghost {

class AcceleratorChoice;

/// Turns a spec into a stored, stopped VM; the steps of one Hypervisor::create.
class VmCreation
{
public:
    VmCreation(VmTable &vms, AcceleratorChoice &accelerators);

    Result<VmInfo> run(const VmSpec &spec, Call &call);

private:
    Result<VmInfo> renew(Vm &existing, const VmSpec &spec, Call &call);

    VmTable &m_vms;
    AcceleratorChoice &m_accelerators;
};

} // namespace ghost
