// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "ghost/Command.h"
#include "ghost/Hypervisor.h"

namespace ghost {

/// The fields that StopVMRequest and RestartVMRequest share.
struct StopRequest
{
    QString vm;
    PowerOff how;
    bool noWait = false; ///< RestartVM only

    static Result<StopRequest> parse(const Command &command);
    /// @p usual, or more when the command is more patient with the guest: each of the two polite ways may take its
    /// grace, and then there must be time to cut the power.
    static std::chrono::milliseconds timeLimit(const Command &command, std::chrono::milliseconds usual);
};

} // namespace ghost
