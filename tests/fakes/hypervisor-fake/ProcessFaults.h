// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

#include "ghost/Plugin.h"

namespace ghost {

/// Bad manners of a plugin towards the process that it lives in: those that the rows of ghost-plugin-check are called
/// after. Any other name does nothing.
void misbehave(const QString &fault, const PluginContext &context);

} // namespace ghost
