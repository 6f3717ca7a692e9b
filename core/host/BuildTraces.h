// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

#include "ghost/Result.h"

namespace ghost {

/// Looks into a library, without mapping any of its code, for the names that sanitizers and libstdc++'s debug mode
/// leave in it. The build tag in its metadata knows only the flags of the whole build; one set for a single target
/// would abort the agent (sanitizers), or break it in silence (debug mode). Error: which trace.
Result<void> checkBuildTraces(const QString &file);

} // namespace ghost
