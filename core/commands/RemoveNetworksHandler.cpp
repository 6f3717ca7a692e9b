// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/RemoveNetworksHandler.h"

#include "config/Config.h"
#include "host/Drivers.h"
#include "state/StateStore.h"

namespace ghost {

namespace {

/// A VM that is not wholly removed may still hold a port.
Result<void> checkNoVms(const StateStore &store)
{
    QStringList holders;
    for (const VmRecord &record : store.records())
        holders.append(record.name);
    for (const Leftover &leftover : store.leftovers())
        holders.append(QStringLiteral("%1 (being removed)").arg(leftover.record.name));
    if (holders.isEmpty())
        return {};
    return Error(Code::FailedPrecondition,
                 QStringLiteral("the networks may be used by %1").arg(holders.join(QStringLiteral(", "))))
        .withHint(QStringLiteral("delete those VMs first"));
}

/// Every network plugin of the configuration; one that cannot be asked is an error: its network would stay.
Result<QList<Driver<Network>>> networkDrivers(const Services &services)
{
    QList<Driver<Network>> found;
    for (const QString &plugin : services.config.list(QStringLiteral("plugins"))) {
        const auto driver = services.drivers.network(plugin);
        if (driver)
            found.append(*driver);
        else if (driver.error().code() == Code::Unavailable)
            return driver.error();
    }
    return found;
}

} // namespace

Result<Admission> RemoveNetworksHandler::admit(const Command &command)
{
    if (const auto none = Arguments(command.arguments()).finish(); !none)
        return none.error();
    if (const auto unused = checkNoVms(m_services.store); !unused)
        return unused.error();
    const auto networks = networkDrivers(m_services);
    if (!networks)
        return networks.error();
    if (!networks->isEmpty())
        return Admission{{}, {}, networks->constFirst().work};
    const auto hypervisor = m_services.drivers.hypervisor({}); // nothing to do, and somebody has to
    return hypervisor ? Admission{{}, {}, hypervisor->work} : Result<Admission>(hypervisor.error());
}

Result<QCborMap> RemoveNetworksHandler::run(Work &work)
{
    const auto networks = networkDrivers(m_services);
    if (!networks)
        return networks.error();
    for (const Driver<Network> &network : *networks) {
        const auto removed = work.steps.run(QStringLiteral("remove the network"), [&](Call &call) -> Result<void> {
            // As late as can be: a create may have begun since.
            if (auto unused = checkNoVms(m_services.store); !unused)
                return unused;
            const auto gone = network->remove(m_services.store.network(network.plugin), call);
            return gone ? gone : Result<void>(gone.error().within(network.plugin));
        });
        if (!removed)
            return removed.error();
    }
    return QCborMap();
}

} // namespace ghost
