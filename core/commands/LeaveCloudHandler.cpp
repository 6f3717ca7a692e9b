// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/LeaveCloudHandler.h"

#include "commands/Cloud.h"

namespace ghost {

Result<Admission> LeaveCloudHandler::admit(const Command &command)
{
    return admitCloud(command, m_services);
}

Result<QCborMap> LeaveCloudHandler::run(Work &work)
{
    return runCloud(
        QStringLiteral("leave the cloud"), [](CloudLink &cloud, Call &call) { return cloud.leave(call); }, m_services,
        work);
}

} // namespace ghost
