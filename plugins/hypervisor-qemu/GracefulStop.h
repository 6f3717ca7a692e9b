// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ghost/Hypervisor.h>

#include "Vm.h"

namespace ghost {

/// Powers one VM off: guest agent, then ACPI power button, then, if allowed, the plug. Waits for the end of the process
/// itself, never polls. One object a stop.
class GracefulStop
{
public:
    explicit GracefulStop(Vm &vm);

    /// Which way worked.
    Result<StopMethod> run(const PowerOff &how, Call &call);

private:
    Result<StopMethod> stop(const PowerOff &how, Call &call);
    Result<StopMethod> askPolitely(std::chrono::seconds grace, Call &call);
    Result<void> requireEars(Call &call);
    bool hasGone(const Error &problem, Call &call);
    Result<bool> askAgent(std::chrono::seconds grace, Call &call);
    Result<bool> askAcpi(std::chrono::seconds grace, Call &call);
    Result<void> pressPowerButton(Call &call);

    Vm &m_vm;
    bool m_isCut = false; ///< from here on its end is our doing, whenever it comes
};

} // namespace ghost
