// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <QtCore/QJsonObject>
#include <QtCore/QMap>
#include <QtCore/QPair>
#include <QtCore/QStringList>

#include "ghost/Result.h"

namespace ghost {

class ConfigLayers;

/// Where settings come from; later ones win: file, environment, overrides.
struct ConfigSources
{
    QString file;                             ///< shown in messages as it is given; empty: no file
    bool mustExist = false;                   ///< an absent file is an error rather than all defaults
    QMap<QString, QString> environment;       ///< only names that begin with GHOST_ are looked at
    QList<QPair<QString, QString>> overrides; ///< `--set key.path=value`
};

/// The agent's settings, checked against agent.schema.json and complete. A value: immutable, copies are cheap.
class Config
{
public:
    /// InvalidArgument (NotFound, PermissionDenied for the file itself) lists *all* problems, one a line, each with its
    /// place: `agent.yaml:14:3: unknown key 'grcp'; did you mean 'grpc'?`.
    static Result<Config> load(const ConfigSources &sources);

    /// Everything, canonical: sizes in bytes, durations in milliseconds. `settings` is still as written.
    QJsonObject root() const { return m_root; }
    /// Value at a path of the schema such as `log.level`; a path that is not in it is a defect (assertion).
    QString text(const QString &path) const;
    qint64 integer(const QString &path) const;
    QStringList list(const QString &path) const;

    /// Section `settings.<id>` checked against the plugin's own schema, defaults and GHOST_SETTINGS_<ID>_<KEY> filled
    /// in.
    Result<QJsonObject> pluginSettings(const QString &id, const QJsonObject &schema) const;

private:
    QJsonValue at(const QString &path) const;

    QJsonObject m_root;
    std::shared_ptr<const ConfigLayers> m_layers; ///< as given; plugins' sections are checked later
};

} // namespace ghost
