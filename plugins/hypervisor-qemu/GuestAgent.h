// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "Vm.h"

namespace ghost {

/// The agent inside the guest (qemu-guest-agent), at the other end of its channel.
class GuestAgent
{
public:
    explicit GuestAgent(Vm &vm);

    /// True: it is there and has been asked to power off. False: nobody answers there; known at once where no agent has
    /// opened the channel, else after 5 s.
    Result<bool> askPowerOff(Call &call) const;

private:
    Result<bool> hasReader(Call &call) const;

    Vm &m_vm;
};

/// Asks whoever is at the other end of @p socket; apart for the tests.
Result<bool> askGuestAgentToPowerOff(int socket, Call &call);

} // namespace ghost
