// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QString>
#include <ghost/Call.h>

namespace ghost::user {

/// What is to carry the guests' packets.
struct Carrier
{
    QString program; ///< path of passt; empty: the hypervisor's own
    QString problem; ///< why there is none, although it was asked for by name; else empty
    QString note;    ///< for the log

    /// @p backend: `auto`, `passt` or `slirp`. Runs `passt --version` where that matters.
    static Carrier find(const QString &backend, Call &call);
    /// Whether what `passt --version` printed is a release that says which one it is. Debian 12's does not: it leaves a
    /// connection half open until its client speaks, so whatever waits for a greeting waits for ever.
    static bool isDated(const QByteArray &version);
};

} // namespace ghost::user
