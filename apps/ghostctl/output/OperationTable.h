// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

namespace ghost::agent::v1 {
class ListOperationsResponse;
class Operation;
} // namespace ghost::agent::v1

namespace ghost::ctl {

/// One line an operation.
QString operationTableText(const agent::v1::ListOperationsResponse &list);
/// One line a property.
QString operationDetailsText(const agent::v1::Operation &operation);

} // namespace ghost::ctl
