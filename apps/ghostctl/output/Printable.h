// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

namespace ghost::ctl {

/// @p text with everything that a terminal would obey (control characters, escape sequences, changes of writing
/// direction) written out as `\\x1b` or `\\u202e`. Whatever came from outside passes through here on its way to a
/// terminal.
QString printable(QStringView text);

/// How many columns of a terminal @p text takes.
int displayWidth(QStringView text);

} // namespace ghost::ctl
