// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "OwnNetworks.h"

#include <algorithm>
#include <utility>

#include <QtCore/QDir>

namespace ghost::nat {
namespace {

const QString &suffix()
{
    static const QString text = QStringLiteral(".json");
    return text;
}

const QString &badSuffix()
{
    static const QString text = QStringLiteral(".json.bad");
    return text;
}

NetworkId idOf(const QString &file, const QString &ending)
{
    return NetworkId::fromString(QStringView(file).chopped(ending.size()));
}

} // namespace

OwnNetworks::OwnNetworks(NetworkOptions options, const QString &folder, HealthReasons &health)
    : m_options(std::move(options))
    , m_folder(folder)
    , m_health(health)
{}

QStringList OwnNetworks::load()
{
    QDir folder(m_folder);
    QStringList problems;
    for (const QString &file : folder.entryList({QStringLiteral("*") + suffix()}, QDir::Files)) {
        const NetworkId id = idOf(file, suffix());
        if (id.isNull())
            continue;
        auto table = PortTable::load(folder.filePath(file));
        if (table && (*table)->network().id == id) {
            insert(std::move(*table));
            continue;
        }
        const QString bad = id.toString() + badSuffix();
        folder.remove(bad);
        folder.rename(file, bad);
        const QString why = table ? QStringLiteral("%1 is another network's").arg(file) : table.error().message();
        problems.append(QStringLiteral("%1; kept as %2").arg(why, bad));
        addLost(id, {}, problems.last());
    }
    // Moved aside by an agent that ended before it could read the ports back.
    for (const QString &file : folder.entryList({QStringLiteral("*") + badSuffix()}, QDir::Files)) {
        const NetworkId id = idOf(file, badSuffix());
        if (id.isNull() || find(id))
            continue;
        problems.append(QStringLiteral("only %1 is left").arg(file));
        addLost(id, {}, problems.last());
    }
    return problems;
}

OwnNetworks::Pointer OwnNetworks::find(NetworkId id) const
{
    const std::lock_guard lock(m_mutex);
    return m_networks.value(id);
}

QList<OwnNetworks::Pointer> OwnNetworks::all() const
{
    const std::lock_guard lock(m_mutex);
    return m_networks.values();
}

OwnNetworks::Pointer OwnNetworks::add(NetworkId id, const QString &name)
{
    return addLost(id, name, {});
}

void OwnNetworks::forget(OwnNetwork &network)
{
    const std::lock_guard lock(m_mutex);
    m_networks.remove(network.id());
    network.clearHealth();
}

void OwnNetworks::started(const QString &objectName)
{
    const std::lock_guard lock(m_mutex);
    if (isOurs(objectName))
        m_health.clear(objectName);
}

/// Under the lock: the word of a network's end comes late, and must find it forgotten or be cleared by forget().
void OwnNetworks::stopped(const QString &objectName)
{
    const std::lock_guard lock(m_mutex);
    if (isOurs(objectName))
        m_health.degraded(objectName,
                          QStringLiteral("libvirt network %1 was stopped; it is started with the next VM, and "
                                         "VMs that run have no network until they are started anew")
                              .arg(objectName));
}

OwnNetworks::Pointer OwnNetworks::insert(std::unique_ptr<PortTable> ports)
{
    auto network = std::make_shared<OwnNetwork>(m_options, std::move(ports), m_health);
    const std::lock_guard lock(m_mutex);
    m_networks.insert(network->id(), network);
    return network;
}

OwnNetworks::Pointer OwnNetworks::addLost(NetworkId id, const QString &name, const QString &damage)
{
    auto network =
        insert(std::make_unique<PortTable>(fileOf(id), NetworkRecord{.id = id, .name = name, .subnet = Subnet()}));
    network->setPortsLost(damage);
    return network;
}

QString OwnNetworks::fileOf(NetworkId id) const
{
    return QDir(m_folder).filePath(id.toString() + suffix());
}

bool OwnNetworks::isOurs(const QString &objectName) const
{
    return std::ranges::any_of(m_networks, [&](const Pointer &network) { return network->objectName() == objectName; });
}

} // namespace ghost::nat
