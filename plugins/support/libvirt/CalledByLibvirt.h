// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A function of ours that libvirt calls, and that does nothing but call on. It is not instrumented: else it would put
/// its caller into thread sanitizer's stack of all that happens below it, and tests/tsan.supp is silent on libvirt's
/// frames.
#define GHOST_CALLED_BY_LIBVIRT __attribute__((no_sanitize("thread")))
