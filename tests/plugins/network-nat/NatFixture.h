// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <QtCore/QJsonObject>
#include <libvirt/libvirt.h>

#include "NatNetwork.h"
#include "libvirt/Handles.h"
#include "support/FakePluginContext.h"

namespace ghost::nat {

/// A question that nobody cancels.
struct Question : Call
{
    Question()
        : Call({}, Clock::now() + std::chrono::seconds(30))
    {}
};

/// The driver against the libvirtd of this machine, with one network to make. Every object carries the ids of this
/// fixture's own agent; what a failed test left goes at the end, by these names only.
class NatFixture
{
public:
    NatFixture();
    ~NatFixture();

    /// False: no libvirtd on this machine, or it cannot be reached.
    static bool libvirtAnswers();

    /// Another agent takes over: the driver goes and comes anew, guests would run on.
    void stop();
    void start();

    NetworkSpec spec() const;
    Result<NetworkInfo> ensure(Call &call) { return network->ensure(spec(), call); }
    Result<void> remove(Call &call) { return network->remove(id, call); }
    Result<NicSource> plug(VmId vm, const QString &name, Call &call);

    /// What the network and its filter are called in libvirt.
    QString objectName() const;
    /// The network as libvirt has it; null or empty: it has none.
    libvirt::NetworkHandle lookUp() const;
    QString xml() const;
    /// The driver's own, with the network's ports.
    QString portsFile() const;
    /// Everything on this machine that carries this agent.
    QStringList traces() const;
    bool saysAddressChanged(VmId vm) const;
    virConnectPtr connection() const { return m_libvirt.get(); }

    FakePluginContext context;
    std::unique_ptr<NatNetwork> network;
    const NetworkId id = NetworkId::create();
    // What it is started with next.
    QString uri;
    QString leaseFolder = QStringLiteral("/var/lib/libvirt/dnsmasq");

private:
    struct Close
    {
        void operator()(virConnectPtr connection) const { virConnectClose(connection); }
    };
    using Connection = std::unique_ptr<virConnect, Close>;
    static Connection connect();
    QJsonObject config() const;

    const Connection m_libvirt = connect();
};

} // namespace ghost::nat
