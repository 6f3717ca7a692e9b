// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

namespace ghost::agent::v1 {
class Operation;
}

namespace ghost::ctl {

class Session;

/// Prints what came of @p operation: @p sentence for people; for programs the record of its VM or image with `took_ms`,
/// `notes`, `operation_id` and, after a stop, `how`. An operation that has not ended (`--async`) is printed itself.
void report(Session &session, const agent::v1::Operation &operation, const QString &sentence);

} // namespace ghost::ctl
