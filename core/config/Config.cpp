// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "config/Config.h"

#include <QtCore/QJsonArray>

#include "config/AgentSchema.h"
#include "config/ConfigLayers.h"
#include "config/DidYouMean.h"

namespace ghost {

namespace {

const QString pluginVariable = QStringLiteral("GHOST_SETTINGS_");

/// Ours, too, but not settings: build and test tools speak to each other with them.
const QStringList foreignVariables = {
    QStringLiteral("GHOST_PLUGIN_DIR"), QStringLiteral("GHOST_SOCKET"),    QStringLiteral("GHOST_BIN_DIR"),
    QStringLiteral("GHOST_SOURCE_DIR"), QStringLiteral("GHOST_DEV_STATE"), QStringLiteral("GHOST_AGENT"),
    QStringLiteral("GHOST_TLS_CA"),     QStringLiteral("GHOST_TLS_CERT"),  QStringLiteral("GHOST_TLS_KEY"),
};

QStringList variables(const ConfigSchema &schema, const QString &prefix)
{
    QStringList names;
    for (const QString &leaf : schema.leaves())
        names.append(ConfigLayers::variable(prefix + leaf));
    return names;
}

QStringList texts(const QJsonValue &list)
{
    QStringList result;
    for (const QJsonValue &item : list.toArray())
        result.append(item.toString());
    return result;
}

/// Variables of plugins, with an id that is almost one of @p plugins, as they would be called with that one.
QStringList respelt(const QStringList &variables, const QStringList &plugins)
{
    QStringList names;
    for (const QString &plugin : plugins) {
        const QString right = ConfigLayers::variable(QStringLiteral("settings.") + plugin);
        const qsizetype words = right.count(QLatin1Char('_')) + 1;
        for (const QString &variable : variables) {
            const QString given = variable.section(QLatin1Char('_'), 0, int(words) - 1);
            // The id alone is compared: of the whole name, three letters are a slip.
            if (!nearestName(given.mid(pluginVariable.size()), {right.mid(pluginVariable.size())}).isEmpty())
                names.append(right + variable.mid(given.size()));
        }
    }
    return names;
}

/// Likewise a variable for a plugin that does not run.
void checkPluginVariables(const QStringList &plugins, const QStringList &given, ConfigLayers &layers)
{
    QStringList own;
    for (const QString &plugin : plugins)
        own.append(ConfigLayers::variable(QStringLiteral("settings.%1.").arg(plugin)));
    layers.checkVariables(pluginVariable, respelt(given, plugins), own, ConfigLayers::Unknown::Near);
}

/// A section for a plugin that does not run is fine, so only what looks like a slip is one.
void checkSections(const QJsonObject &root, ConfigLayers &layers)
{
    const QStringList plugins = texts(root.value(QLatin1String("plugins")));
    for (const QString &id : root.value(QLatin1String("settings")).toObject().keys())
        if (const QString hint = didYouMean(id, plugins); !hint.isEmpty() && !plugins.contains(id))
            layers.blame(QStringLiteral("settings.") + id, true, QStringLiteral("unknown plugin '%1'").arg(id) + hint);
}

void checkPluginsOnce(ConfigLayers &layers)
{
    const QStringList plugins = texts(layers.tree().value(QLatin1String("plugins")));
    for (qsizetype i = 0; i < plugins.size(); ++i)
        if (!plugins[i].isEmpty() && plugins.indexOf(plugins[i]) < i)
            layers.blame(QStringLiteral("plugins[%1]").arg(i), false,
                         QStringLiteral("'%1' is named twice").arg(plugins[i].left(80)));
}

/// The plugin that new VMs get for @p role, `hypervisor`: its id, or what stands in it after `hypervisor-`.
void checkDefault(const QString &role, const QJsonObject &root, ConfigLayers &layers)
{
    const QStringList plugins = texts(root.value(QLatin1String("plugins")));
    const QString id = root.value(QLatin1String("defaults")).toObject().value(role).toString();
    const QString prefix = role + QLatin1Char('-');
    if (id.isEmpty() || plugins.isEmpty() || plugins.contains(id) || plugins.contains(prefix + id))
        return;
    QStringList names = plugins;
    for (const QString &plugin : plugins)
        if (plugin.startsWith(prefix))
            names.append(plugin.mid(prefix.size()));
    layers.blame(QStringLiteral("defaults.") + role, false,
                 QStringLiteral("must be empty or one of `plugins`, not '%1'").arg(id.left(80)) +
                     didYouMean(id, names));
}

} // namespace

Result<Config> Config::load(const ConfigSources &sources)
{
    ConfigLayers layers(sources);
    if (auto readable = layers.addFile(); !readable)
        return readable.error();
    const ConfigSchema &schema = agentSchema();
    layers.addLeaves(schema, {});
    layers.addOtherOverrides();
    layers.checkVariables(QStringLiteral("GHOST_"), variables(schema, {}),
                          foreignVariables + QStringList(pluginVariable), ConfigLayers::Unknown::Near);
    QList<ConfigProblem> problems;
    Config config;
    config.m_root = schema.check(layers.tree(), {}, problems);
    layers.blame(problems);
    checkPluginsOnce(layers);
    for (const char *role : {"hypervisor", "network"})
        checkDefault(QLatin1String(role), config.m_root, layers);
    checkSections(config.m_root, layers);
    checkPluginVariables(texts(config.m_root.value(QLatin1String("plugins"))), sources.environment.keys(), layers);
    if (auto right = layers.verdict(); !right)
        return right.error();
    config.m_layers = std::make_shared<const ConfigLayers>(std::move(layers));
    return config;
}

QJsonValue Config::at(const QString &path) const
{
    QJsonValue value = m_root;
    for (const QString &key : path.split(QLatin1Char('.')))
        value = value.toObject().value(key);
    Q_ASSERT_X(!value.isUndefined(), "Config", qPrintable(path));
    return value;
}

QString Config::text(const QString &path) const
{
    return at(path).toString();
}

qint64 Config::integer(const QString &path) const
{
    return at(path).toInteger();
}

QStringList Config::list(const QString &path) const
{
    return texts(at(path));
}

Result<QJsonObject> Config::pluginSettings(const QString &id, const QJsonObject &schemaJson) const
{
    const auto schema = ConfigSchema::fromJson(schemaJson);
    if (!schema)
        return schema.error().within(QStringLiteral("plugin %1").arg(id));
    const QString path = QStringLiteral("settings.") + id;
    const QString prefix = path + QLatin1Char('.');

    ConfigLayers layers = m_layers->fresh();
    layers.addLeaves(*schema, prefix);
    // GHOST_SETTINGS_API_GRPC_PORT is for api-grpc, and no mistake in the settings of a plugin called api.
    QStringList others;
    for (const QString &other : list(QStringLiteral("plugins")))
        if (other.startsWith(id + QLatin1Char('-')))
            others.append(ConfigLayers::variable(QStringLiteral("settings.") + other + QLatin1Char('.')));
    layers.checkVariables(ConfigLayers::variable(prefix), variables(*schema, prefix), others,
                          ConfigLayers::Unknown::Any);

    const QJsonObject section = layers.tree().value(QLatin1String("settings")).toObject().value(id).toObject();
    QList<ConfigProblem> problems;
    const QJsonObject settings = schema->check(section, path, problems);
    layers.blame(problems);
    if (auto right = layers.verdict(); !right)
        return right.error();
    return settings;
}

} // namespace ghost
