// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/ResumeCloudHandler.h"

#include "commands/Cloud.h"

namespace ghost {

Result<Admission> ResumeCloudHandler::admit(const Command &command)
{
    return admitCloud(command, m_services);
}

Result<QCborMap> ResumeCloudHandler::run(Work &work)
{
    return runCloud(
        QStringLiteral("resume the cloud"), [](CloudLink &cloud, Call &call) { return cloud.setPaused(false, call); },
        m_services, work);
}

} // namespace ghost
