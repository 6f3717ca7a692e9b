// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ghost/Command.h"
#include "ghost/Operation.h"

namespace ghost::cloud::v1 {
class Command;
class CommandResult;
} // namespace ghost::cloud::v1

namespace ghost::uplink {

/// A command of the cloud in the agent's own terms.
struct Order
{
    QString action; ///< `start`, as the owner's settings name it
    Command command;
    VmId vm; ///< null for `create`
};

/// The same command always has the same one, so that the agent knows what it has begun before a kill.
QString requestIdOf(const QString &id);
/// Unsupported: an action of a later version; InvalidArgument: a VM that is not named by its id.
Result<Order> orderOf(const cloud::v1::Command &message);

/// How the command `id` ended.
cloud::v1::CommandResult resultOf(const QString &id, const Operation &operation);
/// It never became an operation.
cloud::v1::CommandResult refusalOf(const QString &id, const Error &error);

} // namespace ghost::uplink
