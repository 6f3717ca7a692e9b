// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/PluginRuntime.h"

namespace ghost {

class Config;

/// Where the agent keeps its things: the system's folders, or all below one root. Held by one agent at a time.
class RootFolder
{
public:
    /// @p root empty: the system's folders.
    explicit RootFolder(const QString &root);

    QString configFile() const;
    QString logFile(const Config &config) const;
    Folders folders(const Config &config) const;

    /// Makes the folders and takes the lock. Another agent there: FailedPrecondition with its pid.
    Result<void> take(const Folders &folders);

private:
    QString place(const QString &belowRoot, const QString &ofSystem) const;
    /// `folders.NAME`; a relative one is below the root, wherever the agent was started from.
    QString configured(const Config &config, const QString &name, const QString &ofSystem) const;

    QString m_root;
    UniqueFd m_lock;
};

} // namespace ghost
