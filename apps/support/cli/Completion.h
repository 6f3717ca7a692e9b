// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QMap>

#include "cli/CommandModel.h"

namespace ghost::cli {

/// Shell commands that print, one a line, what a value like `VM` may be now. They must be quick and silent.
using ValueLists = QMap<QString, QString>;

// The completion of @p program as a script for each shell.
QString bashCompletion(const CommandModel &program, const ValueLists &lists);
QString zshCompletion(const CommandModel &program, const ValueLists &lists);
QString fishCompletion(const CommandModel &program, const ValueLists &lists);

} // namespace ghost::cli
