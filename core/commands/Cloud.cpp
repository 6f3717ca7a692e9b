// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/Cloud.h"

#include "host/Drivers.h"

namespace ghost {

Result<Admission> admitCloud(const Command &command, const Services &services)
{
    if (const auto none = Arguments(command.arguments()).finish(); !none)
        return none.error();
    const auto cloud = services.drivers.cloudLink();
    return cloud ? Admission{{}, {}, cloud->work} : Result<Admission>(cloud.error());
}

Result<QCborMap> runCloud(const QString &step, const std::function<Result<void>(CloudLink &, Call &)> &action,
                          const Services &services, Work &work)
{
    const auto cloud = services.drivers.cloudLink();
    if (!cloud)
        return cloud.error();
    const auto done = work.steps.run(step, [&](Call &call) {
        auto answer = action(*cloud->role, call);
        return answer ? answer : Result<void>(answer.error().within(cloud->plugin));
    });
    return done ? Result<QCborMap>(QCborMap()) : done.error();
}

} // namespace ghost
