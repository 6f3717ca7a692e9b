// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "output/PluginTable.h"

#include <ghost/agent/v1/agent.pb.h>

#include <QtCore/QJsonDocument>

#include "output/ProtoJson.h"
#include "output/Readable.h"
#include "output/Table.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

QString whyOf(const v1::Plugin &plugin)
{
    return QString::fromStdString(plugin.reason().empty() ? plugin.health_reason() : plugin.reason());
}

/// A value of the schema as one would type it behind `-O key=`.
QString typed(const QJsonValue &value)
{
    if (value.isString() || value.isUndefined())
        return value.toString();
    const QByteArray list = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
    return QString::fromUtf8(list.mid(1, list.size() - 2));
}

QString valuesOf(const QJsonObject &option)
{
    QStringList choices;
    for (const QJsonValue &choice : option.value(QStringLiteral("enum")).toArray())
        choices.append(typed(choice));
    return choices.isEmpty() ? option.value(QStringLiteral("type")).toString() : choices.join(u'|');
}

QString vmOptionsText(const QJsonObject &schema)
{
    const QJsonObject options = schema.value(QStringLiteral("properties")).toObject();
    if (options.isEmpty())
        return {};
    Table table(
        {QStringLiteral("OPTION"), QStringLiteral("VALUES"), QStringLiteral("DEFAULT"), QStringLiteral("MEANING")});
    for (auto option = options.begin(); option != options.end(); ++option) {
        const QJsonObject about = option.value().toObject();
        table.addRow({option.key(), valuesOf(about), typed(about.value(QStringLiteral("default"))),
                      about.value(QStringLiteral("description")).toString()});
    }
    return QStringLiteral("\nOptions of its VMs (vm create -O OPTION=VALUE):\n") + table.toText();
}

QString pluginCondition(const v1::Plugin &plugin)
{
    return plugin.stage() == v1::PLUGIN_STAGE_ACTIVE ? shortName(plugin.health()) : shortName(plugin.stage());
}

} // namespace

QString pluginConditionAndWhy(const v1::Plugin &plugin)
{
    const QString why = whyOf(plugin);
    return why.isEmpty() ? pluginCondition(plugin) : pluginCondition(plugin) + QStringLiteral(": ") + why;
}

QString pluginTableText(const v1::ListPluginsResponse &list)
{
    Table table({QStringLiteral("ID"), QStringLiteral("ROLE"), QStringLiteral("VERSION"), QStringLiteral("STATE"),
                 QStringLiteral("WHY")});
    for (const v1::Plugin &plugin : list.plugins())
        table.addRow({QString::fromStdString(plugin.id()), QString::fromStdString(plugin.role()),
                      QString::fromStdString(plugin.version()), pluginCondition(plugin), whyOf(plugin)});
    return table.toText();
}

QString pluginDetailsText(const v1::Plugin &plugin)
{
    Table table;
    const auto row = [&table](const char *name, const QString &value) {
        if (!value.isEmpty())
            table.addRow({QLatin1String(name), value});
    };
    row("id", QString::fromStdString(plugin.id()));
    row("name", QString::fromStdString(plugin.name()));
    row("version", QString::fromStdString(plugin.version()));
    row("role", QString::fromStdString(plugin.role()));
    QStringList facets;
    for (const std::string &facet : plugin.facets())
        facets.append(QString::fromStdString(facet));
    row("facets", facets.join(QStringLiteral(", ")));
    row("file", QString::fromStdString(plugin.file()));
    row("stage", shortName(plugin.stage()));
    row("health", shortName(plugin.health()));
    row("why", whyOf(plugin));
    row("since", readableTime(plugin.health_since()));
    if (plugin.has_activate_milliseconds())
        row("activated in", readableDuration(std::chrono::milliseconds(plugin.activate_milliseconds())));
    return table.toText() + vmOptionsText(toJson(plugin).value(QStringLiteral("vm_options")).toObject());
}

} // namespace ghost::ctl
