// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "Vm.h"

namespace ghost {

/// Gives one port of a VM other forwards or another carrier; the steps of one VmNicUpdate::updateNic.
class NicUpdate
{
public:
    explicit NicUpdate(Vm &vm);

    Result<void> run(const NicSource &nic, Call &call);

private:
    Result<void> changeRunning(qsizetype index, const NicSource &from, const NicSource &to, Call &call);

    Vm &m_vm;
};

} // namespace ghost
