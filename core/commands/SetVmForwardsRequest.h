// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ghost/Command.h"
#include "ghost/PortForward.h"

namespace ghost {

/// The fields of SetVMForwardsRequest, each checked by itself: protocol and host address are set, host port may be 0.
struct SetVmForwardsRequest
{
    QString vm;
    QList<PortForward> forwards;

    /// InvalidArgument with the field's path, `forwards[1].guest_port`.
    static Result<SetVmForwardsRequest> parse(const Command &command);
};

} // namespace ghost
