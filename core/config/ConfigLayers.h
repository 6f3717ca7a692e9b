// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QJsonObject>
#include <QtCore/QMap>
#include <QtCore/QStringList>

#include "config/Config.h"
#include "config/ConfigSchema.h"

namespace ghost {

/// The settings as given, before their check: one tree, laid over each other from file, environment and overrides,
/// which remembers where each value came from and all that is wrong.
class ConfigLayers
{
public:
    explicit ConfigLayers(ConfigSources sources);

    /// An Error only if the file cannot be had at all or is no YAML; what is wrong inside it is a problem.
    Result<void> addFile();
    /// The variable and the overrides for each of @p leaves, which stand below @p prefix (`settings.api-grpc.` or
    /// nothing).
    void addLeaves(const ConfigSchema &schema, const QString &prefix);
    /// Overrides that addLeaves did not take become keys of the tree, so that the check names them.
    void addOtherOverrides();
    /// Looks for variables that begin with @p prefix, are none of @p known, and look like one. With Any, all of them.
    enum class Unknown : int { Unspecified = 0, Near, Any };
    void checkVariables(const QString &prefix, const QStringList &known, const QStringList &exempt, Unknown which);

    QJsonObject tree() const { return m_tree; }
    /// Gives each problem its place.
    void blame(const QList<ConfigProblem> &problems);
    void blame(const QString &path, bool ofKey, const QString &message);
    /// All problems as one Error, in the order of the file.
    Result<void> verdict() const;
    /// The same layers without problems, for the next check.
    ConfigLayers fresh() const;

    /// `GHOST_LOG_LEVEL` for `log.level`.
    static QString variable(const QString &path);

private:
    struct Place
    {
        QString source; ///< `agent.yaml:14:3`, `environment GHOST_LOG_LEVEL`, `--set log.level`
        int line = 0;   ///< for the order; 0: not in the file
        int column = 0;
    };
    struct Line
    {
        Place place;
        QString text;
    };

    void put(const QString &path, const QJsonValue &value, const QString &source);
    void forgetBelow(const QString &path);
    Place placeOf(QString path, bool ofKey) const;

    ConfigSources m_sources;
    QJsonObject m_tree;
    QMap<QString, Place> m_keys;
    QMap<QString, Place> m_values;
    QList<Line> m_lines;
};

} // namespace ghost
