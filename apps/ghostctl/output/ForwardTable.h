// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

namespace ghost::agent::v1 {
class GetVMForwardsResponse;
}

namespace ghost::ctl {

/// One line a forward.
QString forwardTableText(const agent::v1::GetVMForwardsResponse &list);

} // namespace ghost::ctl
