// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

#include "ghost/Global.h"

namespace ghost {

/// What a plugin's build must share with its host's: C++ ABI, architecture, sanitizer, version of tl::expected. Stands
/// in each plugin's metadata and is compared before any of its code runs.
GHOST_SDK_EXPORT QString buildTag();

} // namespace ghost
