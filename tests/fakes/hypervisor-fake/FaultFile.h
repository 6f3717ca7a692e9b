// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ghost/Call.h"

namespace ghost {

/// Faults that a test switches on and off while the driver runs: `faults.json` in the driver's data folder, read anew
/// at each call: `{"create": {"hang_ms": 5000, "code": "Unavailable", "after": true, "deaf": true}}`.
///
/// `hang_ms` waits first (a `deaf` hang does not hear cancel or deadline, as a stuck library), then `code` fails the
/// call, before it did its work or, with `after`, although it did.
class FaultFile
{
public:
    explicit FaultFile(const QString &path)
        : m_path(path)
    {}

    /// Before the work of @p function.
    Result<void> before(const char *function, Call &call) const;
    /// After it.
    Result<void> after(const char *function) const;

private:
    QString m_path;
};

} // namespace ghost
