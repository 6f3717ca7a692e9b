// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QStringList>

#include "ghost/Command.h"
#include "ghost/Operation.h"

namespace ghost {

/// An unfinished operation as it survives the process: the command again, and the steps that were begun.
struct JournalEntry
{
    Operation operation;
    Command command;
    QStringList steps;
};

} // namespace ghost
