// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#include "HealthReport.h"

#include <algorithm>

#include <QtCore/QDateTime>
#include <QtCore/QJsonArray>

namespace ghost::health {

namespace {

using Stage = PluginStatus::Stage;
using Status = Health::Status;

const QString readyName = healthStatusName(Status::Ready);

/// Why @p plugin is down, for one that has not said so itself.
QString reasonOf(const PluginStatus &plugin)
{
    switch (plugin.stage()) {
    case Stage::Active:
        return QStringLiteral("it has not told its health");
    case Stage::Activating:
        return QStringLiteral("it is being activated");
    case Stage::Unspecified:
    case Stage::Rejected:
    case Stage::Failed:
    case Stage::Quarantined:
    case Stage::Deactivated:
        break;
    }
    return plugin.reason().isEmpty() ? pluginStageName(plugin.stage()) : plugin.reason();
}

/// A plugin that is not active is down, whatever it said of itself.
Health healthOf(const PluginStatus &plugin)
{
    Health told = plugin.health();
    if (plugin.stage() == Stage::Active && told.status() != Status::Unspecified)
        return told;
    Health health(Status::Down, reasonOf(plugin));
    health.setSinceMs(told.sinceMs());
    return health;
}

QJsonObject check(const Health &health)
{
    QJsonObject check{{QStringLiteral("status"), healthStatusName(health.status())}};
    if (health.sinceMs() > 0)
        check.insert(QStringLiteral("since"),
                     QDateTime::fromMSecsSinceEpoch(health.sinceMs(), Qt::UTC).toString(Qt::ISODateWithMs));
    if (!health.reason().isEmpty())
        check.insert(QStringLiteral("reason"), health.reason());
    return check;
}

} // namespace

bool hasReadyHypervisor(const State &state)
{
    const QList<PluginStatus> plugins = state.plugins();
    return std::any_of(plugins.begin(), plugins.end(), [](const PluginStatus &plugin) {
        return plugin.role() == QLatin1String("Hypervisor") && healthOf(plugin).status() != Status::Down;
    });
}

QJsonObject healthReport(const State &state)
{
    QJsonObject checks;
    bool isReady = hasReadyHypervisor(state);
    const QList<PluginStatus> plugins = state.plugins();
    for (const PluginStatus &plugin : plugins) {
        const Health health = healthOf(plugin);
        isReady = isReady && health.status() == Status::Ready;
        checks.insert(plugin.id(), check(health));
    }
    QJsonObject report{{QStringLiteral("status"), isReady ? readyName : healthStatusName(Status::Degraded)},
                       {QStringLiteral("version"), state.agentVersion()},
                       {QStringLiteral("checks"), checks}};
    if (!state.warnings().isEmpty())
        report.insert(QStringLiteral("warnings"), QJsonArray::fromStringList(state.warnings()));
    return report;
}

} // namespace ghost::health
