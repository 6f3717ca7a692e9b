// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

namespace ghost::cloud::v1 {
class KnownCommand;
class ListAgentsResponse;
class ListCommandsResponse;
class ListHistoryResponse;
class ListVMsResponse;
} // namespace ghost::cloud::v1

namespace ghost::ctl {

// What Ghost Cloud's operator sees, one line each.
QString agentTableText(const cloud::v1::ListAgentsResponse &list);
QString knownVmTableText(const cloud::v1::ListVMsResponse &list);
QString commandTableText(const cloud::v1::ListCommandsResponse &list);
QString historyTableText(const cloud::v1::ListHistoryResponse &list);
/// One line a property.
QString commandDetailsText(const cloud::v1::KnownCommand &known);

} // namespace ghost::ctl
