// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ghost/PluginStatus.h"

#include <tuple>

#include "CborFields.h"
#include "NameTable.h"
#include "ValueImpl.h"

namespace ghost {

struct PluginStatus::Data : QSharedData
{
    QString id;
    QString name;
    QString version;
    QString role;
    QString file;
    Stage stage = Stage::Unspecified;
    QString reason;
    Health health;
    qint64 activateMs = -1;
    QJsonObject vmOptions;
    QStringList facets;
    GHOST_FIELDS(id, name, version, role, file, stage, reason, health, activateMs, vmOptions, facets)
};

GHOST_VALUE_IMPL(PluginStatus)
GHOST_PROPERTY_REF(PluginStatus, QString, id, setId)
GHOST_PROPERTY_REF(PluginStatus, QString, name, setName)
GHOST_PROPERTY_REF(PluginStatus, QString, version, setVersion)
GHOST_PROPERTY_REF(PluginStatus, QString, role, setRole)
GHOST_PROPERTY_REF(PluginStatus, QString, file, setFile)
GHOST_PROPERTY(PluginStatus, Stage, stage, setStage)
GHOST_PROPERTY_REF(PluginStatus, QString, reason, setReason)
GHOST_PROPERTY_REF(PluginStatus, Health, health, setHealth)
GHOST_PROPERTY(PluginStatus, qint64, activateMs, setActivateMs)
GHOST_PROPERTY_REF(PluginStatus, QJsonObject, vmOptions, setVmOptions)
GHOST_PROPERTY_REF(PluginStatus, QStringList, facets, setFacets)

namespace {
constexpr NameTable<7> pluginStageNames = {"unspecified", "rejected",    "activating", "active",
                                           "failed",      "deactivated", "quarantined"};
} // namespace

QString pluginStageName(PluginStatus::Stage value)
{
    return nameIn(pluginStageNames, value);
}

QCborMap PluginStatus::toCbor() const
{
    QCborMap map = CborFields()
                       .text("id", d->id)
                       .text("name", d->name)
                       .text("version", d->version)
                       .text("role", d->role)
                       .text("file", d->file)
                       .text("stage", pluginStageName(d->stage))
                       .text("reason", d->reason)
                       .text("health", healthStatusName(d->health.status()))
                       .text("health_reason", d->health.reason())
                       .number("health_since", d->health.sinceMs())
                       .map("vm_options", QCborMap::fromJsonObject(d->vmOptions))
                       .list("facets", d->facets)
                       .take();
    if (d->activateMs >= 0)
        map.insert(QStringLiteral("activate_milliseconds"), d->activateMs);
    return map;
}

} // namespace ghost
