// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/StopRequest.h"

#include <algorithm>

#include "commands/Arguments.h"

namespace ghost {

namespace {
constexpr qint64 longestGraceSeconds = 3'600;
constexpr std::chrono::seconds afterGrace{60};
} // namespace

Result<StopRequest> StopRequest::parse(const Command &command)
{
    Arguments arguments(command.arguments());
    StopRequest request;
    request.vm = arguments.text(QStringLiteral("vm"));
    request.how.force = arguments.flag(QStringLiteral("force"));
    const qint64 grace = arguments.integer(QStringLiteral("grace_seconds")).value_or(request.how.graceSeconds);
    request.how.forceAfterGrace = arguments.flag(QStringLiteral("force_after_grace"));
    if (command.name() == QStringLiteral("RestartVM"))
        request.noWait = arguments.flag(QStringLiteral("no_wait"));
    if (const auto ok = arguments.finish(); !ok)
        return ok.error();
    if (grace < 0 || grace > longestGraceSeconds)
        return Error(Code::InvalidArgument,
                     QStringLiteral("%1 s of grace: 0 to %2").arg(grace).arg(longestGraceSeconds))
            .withField(QStringLiteral("grace_seconds"));
    request.how.graceSeconds = int(grace);
    return request;
}

std::chrono::milliseconds StopRequest::timeLimit(const Command &command, std::chrono::milliseconds usual)
{
    const auto request = parse(command);
    if (!request)
        return usual;
    return std::max<std::chrono::milliseconds>(usual, 2 * std::chrono::seconds(request->how.graceSeconds) + afterGrace);
}

} // namespace ghost
