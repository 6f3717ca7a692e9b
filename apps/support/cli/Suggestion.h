// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QStringList>

namespace ghost::cli {

/// The word of @p known that was probably meant by @p word; empty if none is near.
QString suggestionFor(const QString &word, const QStringList &known);

} // namespace ghost::cli
