// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

namespace ghost::agent::v1 {
class CloudStatus;
}

namespace ghost::ctl {

/// One line a property.
QString cloudStatusText(const agent::v1::CloudStatus &status);

} // namespace ghost::ctl
