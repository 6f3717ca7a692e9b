// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QStringList>

namespace ghost::kit {

/// What this process holds of the machine at one moment: the oracle for leaks.
struct Traces
{
    QStringList threads;     ///< their names
    QStringList descriptors; ///< what each open one points at
    QStringList processes;   ///< names of those that came of this one, detached ones, too
    QStringList files;       ///< below one folder, relative paths

    static Traces now(const QString &folder);
    /// What this one has and @p before had not, as counts of equal texts: `+2 thread libvirt-pool`.
    QStringList newSince(const Traces &before) const;
};

/// Only what is @p kind of Traces::newSince: `thread`, `descriptor`, `process`, `file`.
QStringList ofKind(const QStringList &traces, const QString &kind);

/// Waits for what ends by itself (a thread that was joined may stand in /proc a moment longer), then tells what is new.
QStringList newTracesOnceSettled(const Traces &before, const QString &folder);

} // namespace ghost::kit
