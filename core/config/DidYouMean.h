// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QStringList>

namespace ghost {

/// The candidate that @p name was probably meant to be (a letter or two away); empty if none is near.
QString nearestName(const QString &name, const QStringList &candidates);

/// `; did you mean 'grpc'?`, or nothing.
QString didYouMean(const QString &name, const QStringList &candidates);

} // namespace ghost
