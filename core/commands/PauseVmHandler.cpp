// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/PauseVmHandler.h"

#include "commands/Pause.h"

namespace ghost {

Result<Admission> PauseVmHandler::admit(const Command &command)
{
    return admitPause(command, m_services);
}

Result<QCborMap> PauseVmHandler::run(Work &work)
{
    return runPause(QStringLiteral("pause the VM"), &VmPause::pause, m_services, work);
}

} // namespace ghost
