// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

#include "ghost/Result.h"

namespace ghost {

/// Ok when nobody but root and the agent's own user can change what @p path leads to: each folder and symbolic link on
/// the way, and the file itself, belong to one of the two and are not writable for others (folders with the sticky bit
/// may be). Else FailedPrecondition with the place that is wrong, and how to mend it.
Result<void> checkTrustedPath(const QString &path);

} // namespace ghost
