// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include <QtCore/QSet>

#include "WorkerPool.h"
#include "host/Drivers.h"

namespace ghost {

/// What the fake drivers have made, and the faults that a test wants. It outlives an agent as a host does. Thread-safe.
///
/// Calls bear these names: `fetch resolve import removeImage listImages`, `createDisk createSeed removeDisk removeSeed
/// source`, `ensure removeNetwork plug unplug addresses forwards setForwards`, `create powerOn powerOff remove inspect
/// list pause resume updateNic`, `cloudStatus setPaused leave`.
class FakeWorld
{
public:
    using Hook = std::function<Result<void>(Call &)>;
    using Events = std::function<void(const QString &plugin, const DriverEvent &)>;

    /// @p hook runs in each @p call before its work; an error of its own ends the call.
    void before(const QString &call, Hook hook);
    /// The same after the work: the call fails although it was done.
    void after(const QString &call, Hook hook);
    void clearHooks();
    Result<void> enter(const QString &call, Call &by);
    Result<void> leave(const QString &call, Call &by);

    /// The calls that changed something, in order.
    QStringList trace() const;
    int count(const QString &call) const;
    /// One line for each thing that is there: `vm`, `disk`, `seed`, `port`.
    QStringList things() const;
    void onEvent(Events events);
    void publish(const QString &plugin, const DriverEvent &event);

    mutable std::mutex mutex; // what follows
    std::map<VmId, VmInfo> vms;
    std::map<VmId, VmSpec> specs;
    std::map<VolumeId, bool> volumes; ///< true: a seed
    std::map<VmId, Address> ports;
    QSet<QString> images{QStringLiteral("ubuntu-22.04")};
    bool givesAddresses = true;
    QList<Address> otherAddresses;        ///< of each VM, told before its own
    std::function<void()> inCapabilities; ///< runs in `capabilities`
    std::map<VmId, QList<PortForward>> forwards;
    int nextHostPort = 40'000;
    NicSource::Kind nicKind = NicSource::Kind::Bridge; ///< the network's; the hypervisor attaches Bridge only
    bool throwsNicKind = false;
    bool isCloudPaused = false;
    bool hasLeftCloud = false;

private:
    std::map<QString, Hook> m_hooks;
    QStringList m_trace;
    QStringList m_calls;
    Events m_events;
};

/// One driver of each role on a world: `hypervisor`, `network`, `storage`, `images`, and a tie to a cloud, `cloud`, if
/// a test wants one.
class FakeDrivers : public Drivers
{
public:
    explicit FakeDrivers(std::shared_ptr<FakeWorld> world);
    ~FakeDrivers() override;

    /// That plugin is not active: Unavailable.
    void setAbsent(const QString &plugin, bool absent = true);
    void setUses(bool volumes, bool network);
    /// That plugin can do nothing but its role.
    void setBare(const QString &plugin);
    void setCloud(bool isConfigured) { m_hasCloud = isConfigured; }
    /// Ends the threads; false when a call has not come back.
    bool close(std::chrono::milliseconds patience);

    Result<Driver<Hypervisor>> hypervisor(const QString &id) const override;
    Result<Driver<Network>> network(const QString &id) const override;
    Result<Driver<Storage>> storage(const QString &id) const override;
    Result<Driver<ImageSource>> imageSource(const QString &id) const override;
    Result<Driver<CloudLink>> cloudLink() const override;

private:
    template <class Role>
    Result<Driver<Role>> driver(const QString &plugin, const QString &id, Role &role, QObject *facets) const;

    struct Roles;
    std::shared_ptr<FakeWorld> m_world;
    std::unique_ptr<Roles> m_roles;
    mutable std::mutex m_mutex;
    QSet<QString> m_absent;
    QSet<QString> m_bare;
    std::atomic<bool> m_hasCloud = false;
    mutable WorkerPool m_work{QStringLiteral("work"), 8};
    mutable WorkerPool m_questions{QStringLiteral("questions"), 4};
};

} // namespace ghost
