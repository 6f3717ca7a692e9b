// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QStringList>

#include "host/PluginMetadata.h"

namespace ghost {

/// Where plugins are looked for. Earlier folders win, and the others come before the agent's own.
struct PluginFolders
{
    QStringList others;    ///< for plugins from elsewhere; only root and the agent's user may be able to change these
    QStringList own;       ///< what was installed with the agent: as trustworthy as the agent itself
    bool safeMode = false; ///< nothing from the others
};

/// The plugin files in the plugin folders. Lying there is not enough: only what the configuration names is ever read.
class PluginCatalogue
{
public:
    explicit PluginCatalogue(PluginFolders folders);

    /// The plugin called @p id, expected as `<id>.so`. NotFound names the folders that were searched.
    Result<PluginMetadata> find(const QString &id) const;

private:
    Result<PluginMetadata> judge(const QString &id, const QString &file, bool isOwn) const;

    PluginFolders m_folders;
};

} // namespace ghost
