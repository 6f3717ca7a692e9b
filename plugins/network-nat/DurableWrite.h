// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QByteArray>
#include <ghost/Result.h>

namespace ghost::nat {

/// @p path holds @p content, or what it held before, also after a power cut: new file, fsync, rename, fsync of the
/// folder, every error reported. (QSaveFile does neither of the last two.)
Result<void> writeDurably(const QString &path, const QByteArray &content);
/// The file is gone, also after a power cut. Not there: Ok.
Result<void> removeDurably(const QString &path);

} // namespace ghost::nat
