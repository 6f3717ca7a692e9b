// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QMap>
#include <QtCore/QStringList>

#include "host/PluginMetadata.h"

namespace ghost {

/// The plugin files in the plugin folders. Lying there is not enough: only what the configuration names is ever read.
class PluginCatalogue
{
public:
    /// Earlier folders win.
    explicit PluginCatalogue(const QStringList &folders);

    /// The plugin called @p id, expected as `<id>.so`. NotFound names the folders that were searched.
    Result<PluginMetadata> find(const QString &id) const;

private:
    QStringList m_folders;
};

} // namespace ghost
