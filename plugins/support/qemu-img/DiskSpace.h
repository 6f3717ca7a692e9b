// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

#include "ghost/Result.h"

namespace ghost {

/// Ok when @p bytes can be written to @p folder and @p reserveBytes still remain for the machine's owner, else
/// ResourceExhausted with the figures. @p setting is the one that the reserve comes from.
Result<void> requireFreeBytes(const QString &folder, qint64 bytes, qint64 reserveBytes,
                              const QString &setting = QStringLiteral("reserve_bytes"));

/// `1.50 GiB`
QString bytesText(qint64 bytes);

} // namespace ghost
