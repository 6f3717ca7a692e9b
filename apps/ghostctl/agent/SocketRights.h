// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

#include "ghost/Result.h"

namespace ghost::ctl {

/// Why this user may not open the socket, and the command that changes it.
Error noRightError(const QString &path);

} // namespace ghost::ctl
