// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QStringView>

#include "ghost/Result.h"

namespace ghost::ctl {

/// Bytes of `4GiB` (2^30), `50GB` (10^9), `1.5GiB` or `4096` (bytes). Part of a byte is dropped. Refused with the
/// reason: zero, negative, an unknown unit, more than 2^63-1.
Result<qint64> parseSize(QStringView text);

} // namespace ghost::ctl
