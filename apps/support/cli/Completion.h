// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QMap>

#include "cli/CommandModel.h"

namespace ghost::cli {

/// How a shell learns what a value like `VM` may be now.
struct ValueLists
{
    /// For each value a shell command that prints them, one a line; it must be quick and silent. `%1` in it stands for
    /// the options below, as far as they are typed already.
    QMap<QString, QString> commands;
    QStringList passedOn; ///< options of the whole program that say whom to ask: `--root`
};

// The completion of @p program as a script for each shell.
QString bashCompletion(const CommandModel &program, const ValueLists &lists);
QString zshCompletion(const CommandModel &program, const ValueLists &lists);
QString fishCompletion(const CommandModel &program, const ValueLists &lists);

} // namespace ghost::cli
