// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

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
};

} // namespace ghost
