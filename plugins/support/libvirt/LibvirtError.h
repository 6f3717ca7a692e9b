// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ghost/Result.h>
#include <libvirt/virterror.h>

namespace ghost::libvirt {

/// The code of ours that a virErrorNumber stands for, seen together with the part of libvirt that raised it.
Code codeOf(int virErrorNumber, int virErrorDomain);

/// What libvirt said of this thread's last failed call, as `@p what: libvirt's words`.
/// Call it right after the call that failed, before another libvirt call on this thread: also before a handle is freed.
Error lastError(const QString &what);

/// The raw virErrorNumber of this thread's last failed call, VIR_ERR_OK if there was none: for calls whose failure is
/// expected.
int lastErrorNumber();

} // namespace ghost::libvirt
