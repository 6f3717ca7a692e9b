// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

#include "ghost/Result.h"

namespace ghost::agent::v1 {
class Operation;
}

namespace ghost::ctl {

class Session;

bool hasEnded(const agent::v1::Operation &operation);

/// The operation if it succeeded, its error if it did not. @p ended has ended. @p ifCancelled is what is true of an
/// operation that our own interrupt cancelled after it had begun: the error's text then, which may be empty.
Result<agent::v1::Operation> outcomeOf(const Session &session, const agent::v1::Operation &ended,
                                       const QString &ifCancelled);

/// Shows the steps of an operation until its end. An interrupt cancels it.
Result<agent::v1::Operation> awaitOperation(Session &session, const agent::v1::Operation &submitted,
                                            const QString &ifCancelled);

/// Prints the operation's notes on standard error.
void printNotes(const agent::v1::Operation &operation);

} // namespace ghost::ctl
