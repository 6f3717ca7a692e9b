// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "FakeDrivers.h"

#include "Clock.h"
#include "FakeFacets.h"
#include "FakeRoles.h"

namespace ghost {

void FakeWorld::before(const QString &call, Hook hook)
{
    const std::scoped_lock lock(mutex);
    m_hooks[call] = std::move(hook);
}

void FakeWorld::after(const QString &call, Hook hook)
{
    before(call + QStringLiteral("/after"), std::move(hook));
}

void FakeWorld::clearHooks()
{
    const std::scoped_lock lock(mutex);
    m_hooks.clear();
}

Result<void> FakeWorld::enter(const QString &call, Call &by)
{
    static const QSet<QString> questions{
        QStringLiteral("inspect"), QStringLiteral("list"),     QStringLiteral("addresses"),  QStringLiteral("source"),
        QStringLiteral("resolve"), QStringLiteral("forwards"), QStringLiteral("cloudStatus")};
    {
        const std::scoped_lock lock(mutex);
        m_calls.append(call);
        if (!questions.contains(call))
            m_trace.append(call);
    }
    Hook hook;
    {
        const std::scoped_lock lock(mutex);
        if (const auto at = m_hooks.find(call); at != m_hooks.end())
            hook = at->second;
    }
    return hook ? hook(by) : Result<void>();
}

Result<void> FakeWorld::leave(const QString &call, Call &by)
{
    Hook hook;
    {
        const std::scoped_lock lock(mutex);
        if (const auto at = m_hooks.find(call + QStringLiteral("/after")); at != m_hooks.end())
            hook = at->second;
    }
    return hook ? hook(by) : Result<void>();
}

QStringList FakeWorld::trace() const
{
    const std::scoped_lock lock(mutex);
    return m_trace;
}

int FakeWorld::count(const QString &call) const
{
    const std::scoped_lock lock(mutex);
    return int(m_calls.count(call));
}

QStringList FakeWorld::things() const
{
    const std::scoped_lock lock(mutex);
    QStringList things;
    for (const auto &[id, isSeed] : volumes)
        things.append(isSeed ? QStringLiteral("seed") : QStringLiteral("disk"));
    for (std::size_t port = 0; port < ports.size(); ++port)
        things.append(QStringLiteral("port"));
    for (std::size_t vm = 0; vm < vms.size(); ++vm)
        things.append(QStringLiteral("vm"));
    things.sort();
    return things;
}

void FakeWorld::onEvent(Events events)
{
    const std::scoped_lock lock(mutex);
    m_events = std::move(events);
}

void FakeWorld::publish(const QString &plugin, const DriverEvent &event)
{
    Events events;
    {
        const std::scoped_lock lock(mutex);
        events = m_events;
    }
    if (events)
        events(plugin, event);
}

struct FakeDrivers::Roles
{
    FakeHypervisorRole hypervisor;
    FakeNetworkRole network;
    FakeStorageRole storage;
    FakeImagesRole images;
    FakeHypervisorFacets hypervisorFacets;
    FakeNetworkFacets networkFacets;
    FakeCloud cloud;
};

FakeDrivers::FakeDrivers(std::shared_ptr<FakeWorld> world)
    : m_world(std::move(world))
    , m_roles(new Roles{FakeHypervisorRole(*m_world), FakeNetworkRole(*m_world), FakeStorageRole(*m_world),
                        FakeImagesRole(*m_world), FakeHypervisorFacets(*m_world), FakeNetworkFacets(*m_world),
                        FakeCloud(*m_world)})
{}

FakeDrivers::~FakeDrivers() = default;

void FakeDrivers::setAbsent(const QString &plugin, bool absent)
{
    const std::scoped_lock lock(m_mutex);
    if (absent)
        m_absent.insert(plugin);
    else
        m_absent.remove(plugin);
}

void FakeDrivers::setUses(bool volumes, bool network)
{
    m_roles->hypervisor.setUses(volumes, network);
}

void FakeDrivers::setBare(const QString &plugin)
{
    const std::scoped_lock lock(m_mutex);
    m_bare.insert(plugin);
}

bool FakeDrivers::close(std::chrono::milliseconds patience)
{
    const bool quiet = m_questions.close(patience);
    return m_work.close(patience) && quiet;
}

template <class Role>
Result<Driver<Role>> FakeDrivers::driver(const QString &plugin, const QString &id, Role &role, QObject *facets) const
{
    if (!id.isEmpty() && id != plugin)
        return Error(Code::NotFound, QStringLiteral("no plugin '%1'").arg(id));
    const std::scoped_lock lock(m_mutex);
    if (m_absent.contains(plugin))
        return Error(Code::Unavailable, QStringLiteral("plugin '%1' is not active").arg(plugin));
    return Driver<Role>{plugin,  &role,        m_bare.contains(plugin) ? nullptr : facets,
                        &m_work, &m_questions, {{QStringLiteral("type"), QStringLiteral("object")}}};
}

Result<Driver<Hypervisor>> FakeDrivers::hypervisor(const QString &id) const
{
    return driver<Hypervisor>(QStringLiteral("hypervisor"), id, m_roles->hypervisor, &m_roles->hypervisorFacets);
}

Result<Driver<Network>> FakeDrivers::network(const QString &id) const
{
    return driver<Network>(QStringLiteral("network"), id, m_roles->network, &m_roles->networkFacets);
}

Result<Driver<Storage>> FakeDrivers::storage(const QString &id) const
{
    return driver<Storage>(QStringLiteral("storage"), id, m_roles->storage, nullptr);
}

Result<Driver<ImageSource>> FakeDrivers::imageSource(const QString &id) const
{
    return driver<ImageSource>(QStringLiteral("images"), id, m_roles->images, nullptr);
}

Result<Driver<CloudLink>> FakeDrivers::cloudLink() const
{
    if (!m_hasCloud)
        return Error(Code::FailedPrecondition, QStringLiteral("no cloud is configured"));
    return driver<CloudLink>(QStringLiteral("cloud"), {}, m_roles->cloud, &m_roles->cloud);
}

} // namespace ghost
