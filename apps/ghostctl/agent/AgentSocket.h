// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

#include "ghost/Result.h"
#include "ghost/UniqueFd.h"

namespace ghost::ctl {

/// Connects to the agent's socket ourselves: gRPC would only say "unavailable", errno says what to do about it.
Result<UniqueFd> connectToAgent(const QString &path);

} // namespace ghost::ctl
