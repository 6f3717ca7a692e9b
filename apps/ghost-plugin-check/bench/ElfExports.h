// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QStringList>

#include "ghost/Result.h"

namespace ghost::kit {

/// The symbols that a shared library defines for others, from its ELF dynamic symbol table.
Result<QStringList> exportedSymbols(const QString &file);

} // namespace ghost::kit
