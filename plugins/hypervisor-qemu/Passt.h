// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ghost/Call.h>
#include <ghost/NicSource.h>
#include <ghost/UniqueFd.h>

#include "VmFolder.h"

namespace ghost {

/// Starts passt for one port. It is tied to QEMU by nothing but the socket between them: when QEMU ends, however that
/// comes about, the socket is closed, and passt goes as well.
class Passt
{
public:
    /// @p index of the port, for the name of its log.
    Passt(const VmFolder &folder, qsizetype index);

    /// QEMU's end of the socket, once passt listens on the ports of all forwards. FailedPrecondition with passt's own
    /// words if it cannot; then it is gone.
    Result<UniqueFd> start(const NicSource &nic, Call &call) const;

private:
    Result<UniqueFd> attempt(const NicSource &nic, Call &call) const;
    bool foundItsPortTaken() const;

    const VmFolder &m_folder;
    QString m_logName;
};

} // namespace ghost
