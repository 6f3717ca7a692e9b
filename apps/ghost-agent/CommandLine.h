// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <QtCore/QPair>
#include <QtCore/QStringList>

namespace ghost {

/// What the agent was started with.
struct CommandLine
{
    QString root;   ///< empty: the system's folders
    QString config; ///< empty: the default place
    bool checkConfig = false;
    bool safeMode = false; ///< only the agent's own plugins
    QStringList pluginFolders;
    QList<QPair<QString, QString>> overrides; ///< `--set key=value`

    /// Nothing when the program has to end at once (help, version, a wrong option): then @p exitCode says how.
    static std::optional<CommandLine> parse(int argc, char **argv, int &exitCode);
};

} // namespace ghost
