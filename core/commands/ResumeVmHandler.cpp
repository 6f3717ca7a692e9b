// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/ResumeVmHandler.h"

#include "commands/Pause.h"

namespace ghost {

Result<Admission> ResumeVmHandler::admit(const Command &command)
{
    return admitPause(command, m_services);
}

Result<QCborMap> ResumeVmHandler::run(Work &work)
{
    return runPause(QStringLiteral("resume the VM"), &VmPause::resume, m_services, work);
}

} // namespace ghost
