// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QByteArray>

namespace ghost {

/// A guest of 512 bytes that is up in 0.1 s under TCG: says `>` on its serial console, echoes what it reads there,
/// powers itself off at a `q`, and on the ACPI power button. With @p deaf it ignores the button.
QByteArray echoGuest(bool deaf = false);

} // namespace ghost
