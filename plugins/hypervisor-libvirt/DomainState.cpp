// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "DomainState.h"

#include <libvirt/libvirt.h>

namespace ghost {

VmState vmStateOf(int state, int reason)
{
    switch (state) {
    case VIR_DOMAIN_RUNNING:
    case VIR_DOMAIN_BLOCKED:
        return VmState::Running;
    case VIR_DOMAIN_PAUSED:
        return reason == VIR_DOMAIN_PAUSED_STARTING_UP ? VmState::Starting
               : reason == VIR_DOMAIN_PAUSED_CRASHED   ? VmState::Failed
                                                       : VmState::Paused;
    case VIR_DOMAIN_PMSUSPENDED:
        return VmState::Paused;
    case VIR_DOMAIN_SHUTDOWN:
        return VmState::Stopping;
    case VIR_DOMAIN_SHUTOFF:
        return VmState::Stopped; // also after a crash: it can be started, and the reason tells
    case VIR_DOMAIN_CRASHED:
        return VmState::Failed;
    default:
        return VmState::Unknown;
    }
}

StateReason stateReasonOf(int state, int reason, bool stopRequested)
{
    if (state == VIR_DOMAIN_CRASHED || (state == VIR_DOMAIN_PAUSED && reason == VIR_DOMAIN_PAUSED_CRASHED))
        return StateReason::Crashed;
    if (state != VIR_DOMAIN_SHUTOFF)
        return StateReason::Unspecified;
    switch (reason) {
    case VIR_DOMAIN_SHUTOFF_SHUTDOWN:
        return stopRequested ? StateReason::Requested : StateReason::Guest;
    case VIR_DOMAIN_SHUTOFF_DESTROYED:
        return stopRequested ? StateReason::Requested : StateReason::Host;
    case VIR_DOMAIN_SHUTOFF_CRASHED:
        return stopRequested ? StateReason::Requested : StateReason::Crashed;
    case VIR_DOMAIN_SHUTOFF_SAVED:
    case VIR_DOMAIN_SHUTOFF_MIGRATED:
    case VIR_DOMAIN_SHUTOFF_FROM_SNAPSHOT:
        return StateReason::Host;
    case VIR_DOMAIN_SHUTOFF_FAILED:
    case VIR_DOMAIN_SHUTOFF_DAEMON:
        return StateReason::Crashed;
    default: // libvirtd has forgotten over its own restart
        return stopRequested ? StateReason::Requested : StateReason::Unspecified;
    }
}

} // namespace ghost
