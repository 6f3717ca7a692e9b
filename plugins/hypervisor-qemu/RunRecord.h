// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ghost/VmInfo.h>

#include "GuestProcess.h"

namespace ghost {

/// What must survive the agent about a VM's present or last run: `run.json`.
struct RunRecord
{
    ProcessMark process; ///< not set: the VM is off, and endedBy tells why
    /// Power-on, milliseconds since the epoch UTC.
    qint64 startedAtMs = 0;
    /// Somebody asked this driver for the stop that is under way.
    bool stopRequested = false;
    /// What QEMU said about its end while it could still talk.
    StateReason announcedEnd = StateReason::Unspecified;
    /// QEMU has not answered yet: if it ends now, that is a failed start, and endedBy is still the run's before.
    bool isStarting = false;
    StateReason endedBy = StateReason::Unspecified;

    QJsonObject toJson() const;
    static RunRecord fromJson(const QJsonObject &json);
    /// Why the VM is off now that its process is gone: a wish first, then QEMU's own word; without any, it crashed.
    StateReason verdict() const;
};

/// The reason that belongs to QMP's SHUTDOWN event.
StateReason shutdownReasonOf(const QJsonObject &eventData);

} // namespace ghost
