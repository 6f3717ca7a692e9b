// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ghost/Result.h"

namespace ghost {

/// Whether a plugin can do its work now. Pushed by the plugin: the first value during activate, then on each change.
class GHOST_SDK_EXPORT Health
{
    GHOST_VALUE(Health)
public:
    enum class Status : int {
        Unspecified = 0,
        Ready,
        Degraded, ///< works, but something is missing
        Down,     ///< calls answer Unavailable, whatever runs
    };
    Health(Status status, const QString &reason);

    Status status() const;
    void setStatus(Status status);
    /// For people; empty when Ready.
    QString reason() const;
    void setReason(const QString &reason);
    /// Milliseconds since the epoch UTC; filled in by the host.
    qint64 sinceMs() const;
    void setSinceMs(qint64 ms);
};
GHOST_SDK_EXPORT QString healthStatusName(Health::Status status);

} // namespace ghost
