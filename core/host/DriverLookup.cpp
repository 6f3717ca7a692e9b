// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "host/DriverLookup.h"

#include <algorithm>

namespace ghost {

namespace {

template <class Role>
Driver<Role> driverOf(PluginRuntime &runtime)
{
    return {runtime.metadata().id, runtime.as<Role>(),   runtime.object(),
            &runtime.work(),       &runtime.questions(), runtime.status().vmOptions()};
}

const QString pluginListHint = QStringLiteral("see `ghostctl plugin list`");

Error notActive(const PluginStatus &status, const QString &reason)
{
    return Error(Code::Unavailable, QStringLiteral("plugin '%1' is not active: %2").arg(status.id(), reason))
        .withHint(pluginListHint);
}

bool isActive(const PluginSlot &slot)
{
    return slot.runtime && slot.runtime->isActive();
}

} // namespace

template <class Role>
Result<Driver<Role>> DriverLookup::driver(const QString &asked, const QString &role) const
{
    const QString id = wholeId(asked, role);
    for (const auto &slot : m_slots) {
        const PluginStatus status = slot->status();
        const bool isWanted = id.isEmpty() ? status.role() == role : status.id() == id;
        if (!isWanted)
            continue;
        if (status.role() != role && !status.role().isEmpty())
            return Error(Code::InvalidArgument,
                         QStringLiteral("plugin '%1' is no %2 but a %3").arg(id, role, status.role()));
        if (isActive(*slot))
            return driverOf<Role>(*slot->runtime);
        if (!asked.isEmpty())
            return notActive(status, status.reason());
    }
    return asked.isEmpty() ? noneActive(role) : notConfigured(asked, role);
}

/// `qemu` among hypervisors is hypervisor-qemu, unless somebody's plugin is just called so.
QString DriverLookup::wholeId(const QString &asked, const QString &role) const
{
    const bool isWhole = std::ranges::any_of(m_slots, [&](const auto &slot) { return slot->id() == asked; });
    return isWhole || asked.isEmpty() ? asked : role.toLower() + u'-' + asked;
}

QStringList DriverLookup::named(const QString &role) const
{
    QStringList ids;
    for (const auto &slot : m_slots)
        if (slot->status().role() == role)
            ids.append(slot->id());
    return ids;
}

/// `; hypervisor-qmeu was left out: …` for each plugin of @p role that is not active, and for each whose role nobody
/// knows: its file could not be had, so it may be the one that is missed. Empty: there is none.
QString DriverLookup::absent(const QString &role) const
{
    QString absent;
    for (const auto &slot : m_slots) {
        const PluginStatus status = slot->status();
        if (isActive(*slot) || (status.role() != role && !status.role().isEmpty()))
            continue;
        absent += QStringLiteral("; ") + status.id();
        absent += status.reason().isEmpty() ? QStringLiteral(" is ") + pluginStageName(status.stage())
                                            : QStringLiteral(" was left out: ") + status.reason();
    }
    return absent;
}

Error DriverLookup::noneActive(const QString &role) const
{
    if (!named(role).isEmpty())
        return Error(Code::Unavailable, QStringLiteral("no %1 plugin is active").arg(role) + absent(role))
            .withHint(pluginListHint);
    return Error(Code::FailedPrecondition, QStringLiteral("no %1 plugin is configured").arg(role) + absent(role))
        .withHint(QStringLiteral("name one under `plugins:` in agent.yaml"));
}

Error DriverLookup::notConfigured(const QString &asked, const QString &role) const
{
    const QStringList others = named(role);
    const QString there =
        others.isEmpty() ? QString() : QStringLiteral("; there is ") + others.join(QStringLiteral(", "));
    return Error(Code::NotFound, QStringLiteral("no plugin '%1' is configured").arg(asked) + there + absent({}))
        .withHint(QStringLiteral("name it under `plugins:` in agent.yaml"));
}

Result<Driver<Hypervisor>> DriverLookup::hypervisor(const QString &id) const
{
    return driver<Hypervisor>(id, QStringLiteral("Hypervisor"));
}

Result<Driver<Network>> DriverLookup::network(const QString &id) const
{
    return driver<Network>(id, QStringLiteral("Network"));
}

Result<Driver<Storage>> DriverLookup::storage(const QString &id) const
{
    return driver<Storage>(id, QStringLiteral("Storage"));
}

Result<Driver<ImageSource>> DriverLookup::imageSource(const QString &id) const
{
    return driver<ImageSource>(id, QStringLiteral("ImageSource"));
}

Result<Driver<CloudLink>> DriverLookup::cloudLink() const
{
    for (const auto &slot : m_slots) {
        const PluginStatus status = slot->status();
        if (!slot->runtime || !status.facets().contains(QStringLiteral("CloudLink")))
            continue;
        if (slot->runtime->isActive() && slot->runtime->isOpen())
            return driverOf<CloudLink>(*slot->runtime);
        return notActive(status, status.reason().isEmpty() ? QStringLiteral("not open now") : status.reason());
    }
    return Error(Code::FailedPrecondition, QStringLiteral("no cloud is configured") + absent({}))
        .withHint(QStringLiteral("name plugin uplink-cloud under `plugins:` in agent.yaml"));
}

} // namespace ghost
