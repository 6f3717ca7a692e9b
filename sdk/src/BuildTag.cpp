// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/BuildTag.h"

namespace ghost {

QString buildTag()
{
    return QStringLiteral(GHOST_BUILD_TAG);
}

} // namespace ghost
