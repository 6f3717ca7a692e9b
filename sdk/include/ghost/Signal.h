// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ghost/Global.h"
#include "ghost/UniqueFd.h"

namespace ghost {

/// Something to wait for with Call::wait. Raised from any thread, stays raised until a wait has taken it. Holds a
/// descriptor from its construction on: a plugin's root object, which does nothing when it is made, makes it in
/// activate.
class GHOST_SDK_EXPORT Signal
{
public:
    Signal();
    ~Signal();
    Signal(const Signal &) = delete;
    Signal &operator=(const Signal &) = delete;

    void raise();
    /// Forgets earlier raises.
    void clear();
    /// Readable while raised, for poll loops.
    int fd() const { return m_fd.get(); }

private:
    UniqueFd m_fd;
};

} // namespace ghost
