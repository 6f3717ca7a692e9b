// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QJsonObject>

#include "ghost/Result.h"

namespace ghost {

/// What a plugin file says of itself, read without running any of its code.
struct PluginMetadata
{
    QString file;
    QString id;
    QString name;
    QString version;
    QString role;             ///< `Hypervisor`, `Network`, `Storage`, `ImageSource`, `Frontend`
    QJsonObject configSchema; ///< of its section `settings.<id>`
    QJsonObject vmOptions;    ///< schema of the VM options of its own

    /// Reads and judges @p file. An error says why the file is refused: no plugin, wrong metadata, a schema that is
    /// none, another SDK, another build.
    static Result<PluginMetadata> read(const QString &file);
    /// The judgement alone, on what QPluginLoader::metaData() returns.
    static Result<PluginMetadata> judge(const QString &file, const QJsonObject &loaderMetadata);
};

} // namespace ghost
