// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QStringList>

#include "host/PluginMetadata.h"

namespace ghost::kit {

/// What is being checked, and with what: the same for the kit and for each of its rows.
struct Subject
{
    /// Reads the plugin's metadata without running any of its code, and completes its configuration.
    /// @p configFile and @p absentFile may be empty; both hold one JSON object.
    static Result<Subject> read(const QString &file, const QString &configFile, const QString &absentFile,
                                const QString &image);

    PluginMetadata metadata;
    QJsonObject declared; ///< all that stands in the plugin's metadata
    QStringList facets;   ///< as its metadata declares them
    QJsonObject config;   ///< checked against its schema, defaults filled in
    /// The same for a machine without the plugin's backend; empty when nobody said how that looks.
    QJsonObject absentConfig;
    QString image; ///< a bootable guest, or empty
};

} // namespace ghost::kit
