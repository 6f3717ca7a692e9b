// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ghost/Call.h"

namespace ghost::kit {

/// A call as the core makes it: with a limit, and somebody who may cancel it.
struct KitCall : Call
{
    static constexpr std::chrono::seconds patience{60};

    explicit KitCall(std::chrono::milliseconds limit = patience, std::shared_ptr<Cancellation> cancellation = {})
        : Call(OperationId::create(), Clock::now() + limit, std::move(cancellation))
    {}
};

/// How much longer than its deadline a call may take: the core then closes the VM's queue until it returns.
constexpr std::chrono::seconds deadlineGrace{10};

/// Lets time go by in which something might happen that must not.
inline void letPass(std::chrono::milliseconds time)
{
    Signal never;
    KitCall call;
    call.waitAtMost(never, time);
}

} // namespace ghost::kit
