// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

#include "ghost/Result.h"

namespace ghost {

/// `4GiB`, `50 GB`, `1.5TiB`, plain bytes. Powers of 1024 have the i; case does not matter. Never negative.
Result<qint64> parseBytes(const QString &text);
/// `500ms`, `30s`, `5m`, `2h`, `7d`, plain milliseconds. Never negative.
Result<qint64> parseDuration(const QString &text);

/// For people: `4 GiB`, `50 GB` when that is exact, else with one decimal, `46.6 GiB`.
QString formatBytes(qint64 bytes);

} // namespace ghost
