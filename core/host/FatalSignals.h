// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Writes down of which signal the process dies and on whose behalf, then lets it die as it would have.
///
/// A signal handler has nothing but globals, so these are functions and no class.
namespace ghost::fatalsignals {

/// From now on a fatal signal appends `signal <number> <culprit>` to @p fd, which the caller keeps open.
void watch(int fd);
/// Puts back what was there before.
void unwatch();
/// On whose behalf this thread works from now on; null for nobody's. The caller keeps the text.
void setCulprit(const char *name);

} // namespace ghost::fatalsignals
