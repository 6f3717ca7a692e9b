// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>

namespace ghost {

/// What this machine has, owner's share included.
struct HostTotals
{
    int cpus = 0;
    qint64 memoryBytes = 0;
    qint64 diskBytes = 0; ///< free where disks are kept, plus what our disks hold already
};

/// Looks now. Reads one folder and /proc; what cannot be read counts as 0. @p disksFolder need not exist yet.
HostTotals measureHost(const QString &disksFolder);

} // namespace ghost
