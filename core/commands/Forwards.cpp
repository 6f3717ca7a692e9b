// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/Forwards.h"

#include <algorithm>

#include "commands/Facet.h"

namespace ghost {

Result<ForwardingNetwork> forwardingNetwork(const Vm &vm, const Drivers &drivers)
{
    if (vm.network().isEmpty())
        return Error(Code::FailedPrecondition, QStringLiteral("VM '%1' has no network").arg(vm.name()));
    const auto driver = drivers.network(vm.network());
    if (!driver)
        return driver.error();
    const auto forwards = facetOf<PortForwards>(*driver, QStringLiteral("cannot forward ports"));
    if (!forwards)
        return forwards.error();
    return ForwardingNetwork{*driver, *forwards};
}

QCborMap forwardToCbor(const PortForward &forward)
{
    return {{QStringLiteral("protocol"), protocolName(forward.protocol())},
            {QStringLiteral("guest_port"), forward.guestPort()},
            {QStringLiteral("host_address"), forward.hostAddress()},
            {QStringLiteral("host_port"), forward.hostPort()}};
}

QList<PortForward> withKeptPorts(QList<PortForward> wanted, QList<PortForward> present)
{
    // Whoever names a port has it; what is left goes to those that do not mind.
    for (const PortForward &forward : wanted)
        present.removeOne(forward);
    for (PortForward &forward : wanted) {
        const auto same = std::find_if(present.begin(), present.end(), [&](const PortForward &other) {
            return other.protocol() == forward.protocol() && other.guestPort() == forward.guestPort() &&
                   other.hostAddress() == forward.hostAddress();
        });
        if (forward.hostPort() != 0 || same == present.end())
            continue;
        forward.setHostPort(same->hostPort());
        present.erase(same);
    }
    return wanted;
}

} // namespace ghost
