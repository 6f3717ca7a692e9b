// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

#include <QtCore/QString>

#include "ghost/Result.h"
#include "input/CliOptions.h"

namespace ghost::ctl {

/// How a VM is brought down: the options that `vm stop` and `vm restart` share.
struct StopOptions
{
    bool force = false;
    bool forceAfter = false;
    std::optional<std::chrono::milliseconds> grace;

    void declare(CLI::App &app);

    /// What the agent needs for both polite ways, when that is more than its usual limit.
    std::optional<std::chrono::milliseconds> limit() const;
    /// What is true of a stop that was cancelled after it had begun; empty: nothing that one must know.
    QString ifCancelled() const;
    /// Writes them into a StopVMRequest or RestartVMRequest.
    template <class Request>
    Result<void> apply(Request &request) const
    {
        request.set_force(force);
        request.set_force_after_grace(forceAfter);
        if (!grace)
            return {};
        const Result<int> seconds = wholeSeconds(*grace);
        if (!seconds)
            return seconds.error();
        request.set_grace_seconds(*seconds);
        return {};
    }

private:
    static Result<int> wholeSeconds(std::chrono::milliseconds duration);
};

} // namespace ghost::ctl
