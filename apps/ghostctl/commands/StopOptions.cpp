// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/StopOptions.h"

#include <CLI/CLI.hpp>

namespace ghost::ctl {

void StopOptions::declare(CLI::App &app)
{
    CLI::Option *atOnce = addSwitch(app, "--force", force, "Cut the power at once");
    addDuration(app, "--grace", grace, "Patience with each polite way: guest agent, then ACPI (default 60s)")
        ->excludes(atOnce);
    addSwitch(app, "--force-after", forceAfter, "Cut the power when the polite ways have failed")->excludes(atOnce);
}

std::optional<std::chrono::milliseconds> StopOptions::limit() const
{
    constexpr std::chrono::minutes usual(5);
    constexpr std::chrono::minutes forTheRest(1);
    if (!grace || 2 * *grace + forTheRest <= usual)
        return {};
    return 2 * *grace + forTheRest;
}

// A power button that was pressed cannot be taken back.
QString StopOptions::ifCancelled() const
{
    return force ? QString() : QStringLiteral("the guest has been asked already and may still power off");
}

Result<int> StopOptions::wholeSeconds(std::chrono::milliseconds duration)
{
    if (duration.count() % 1000 != 0)
        return Error(Code::InvalidArgument, QStringLiteral("--grace counts whole seconds"));
    return int(duration.count() / 1000); // fits: a duration is a year at most
}

} // namespace ghost::ctl
