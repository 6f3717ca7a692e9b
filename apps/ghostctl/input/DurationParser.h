// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include <QtCore/QStringView>

#include "ghost/Result.h"

namespace ghost::ctl {

/// `500ms`, `30s`, `2m`, `1h30m`: whole numbers with units, the bigger unit first. Refused with the reason: no unit,
/// zero, negative, more than a year.
Result<std::chrono::milliseconds> parseDuration(QStringView text);

} // namespace ghost::ctl
