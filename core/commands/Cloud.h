// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "commands/CommandHandler.h"
#include "ghost/Frontend.h"

// What PauseCloudHandler, ResumeCloudHandler and LeaveCloudHandler share. None of them waits for the cloud.
//
// One that a killed agent left unfinished fails at the next start: the tie is not open yet then. Its owner asks again.

namespace ghost {

/// Checks that there are no fields, and that there is a tie to the cloud.
Result<Admission> admitCloud(const Command &command, const Services &services);

/// The one step, named @p step.
Result<QCborMap> runCloud(const QString &step, const std::function<Result<void>(CloudLink &, Call &)> &action,
                          const Services &services, Work &work);

} // namespace ghost
