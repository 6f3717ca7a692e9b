// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "RunState.h"

namespace ghost {

VmState vmStateOf(const QString &runState)
{
    if (runState == QLatin1String("running") || runState == QLatin1String("debug"))
        return VmState::Running;
    if (runState == QLatin1String("prelaunch") || runState == QLatin1String("inmigrate"))
        return VmState::Starting;
    if (runState == QLatin1String("shutdown"))
        return VmState::Stopping;
    if (runState == QLatin1String("internal-error") || runState == QLatin1String("guest-panicked"))
        return VmState::Failed;
    if (runState == QLatin1String("paused") || runState == QLatin1String("suspended") ||
        runState == QLatin1String("io-error") || runState == QLatin1String("watchdog"))
        return VmState::Paused;
    return VmState::Unknown;
}

StateReason stateReasonOf(const QString &runState)
{
    return vmStateOf(runState) == VmState::Failed ? StateReason::Crashed : StateReason::Unspecified;
}

bool isOver(const QString &runState)
{
    return runState == QLatin1String("shutdown");
}

} // namespace ghost
