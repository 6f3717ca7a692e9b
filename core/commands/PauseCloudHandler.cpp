// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/PauseCloudHandler.h"

#include "commands/Cloud.h"

namespace ghost {

Result<Admission> PauseCloudHandler::admit(const Command &command)
{
    return admitCloud(command, m_services);
}

Result<QCborMap> PauseCloudHandler::run(Work &work)
{
    return runCloud(
        QStringLiteral("pause the cloud"), [](CloudLink &cloud, Call &call) { return cloud.setPaused(true, call); },
        m_services, work);
}

} // namespace ghost
