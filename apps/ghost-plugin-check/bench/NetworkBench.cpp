// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "bench/NetworkBench.h"

namespace ghost::kit {

NetworkBench::NetworkBench(Bench &bench)
    : m_bench(bench)
    , m_id(NetworkId::fromString(bench.noted(QStringLiteral("network"))))
{
    if (m_id.isNull()) {
        m_id = NetworkId::create();
        m_bench.note(QStringLiteral("network"), m_id.toString());
    }
    if (!m_bench.isStarted())
        m_bench.start();
}

NetworkBench::~NetworkBench()
{
    if (m_bench.leavesThingsBehind())
        return;
    try {
        sweep();
    } catch (const RowFailed &failed) {
        m_bench.complain(failed.seen);
    }
}

NetworkSpec NetworkBench::spec() const
{
    NetworkSpec spec;
    spec.setId(m_id);
    spec.setName(QStringLiteral("kit"));
    return spec;
}

Result<NetworkInfo> NetworkBench::ensure(const NetworkSpec &spec)
{
    return m_bench.call([&](Call &call) { return driver().ensure(spec, call); });
}

Result<NetworkInfo> NetworkBench::ensure(const NetworkSpec &spec, Call &call)
{
    return contained(m_bench.subject().metadata.id, [&] { return driver().ensure(spec, call); });
}

Result<void> NetworkBench::remove(NetworkId id)
{
    KitCall call;
    return remove(id, call);
}

Result<void> NetworkBench::remove(NetworkId id, Call &call)
{
    m_ensured = m_ensured && !(id == m_id);
    return contained(m_bench.subject().metadata.id, [&] { return driver().remove(id, call); });
}

Result<NicSource> NetworkBench::plug(VmId vm)
{
    KitCall call;
    return plug(vm, call);
}

Result<NicSource> NetworkBench::plug(VmId vm, Call &call)
{
    if (!m_ensured) {
        expect("ensure", ensure(spec())).ok();
        m_ensured = true;
    }
    PortSpec port;
    port.setVm(vm);
    port.setName(QStringLiteral("kit-") + vm.shortString());
    return contained(m_bench.subject().metadata.id, [&] { return driver().plug(m_id, port, call); });
}

Result<void> NetworkBench::unplug(VmId vm)
{
    KitCall call;
    return unplug(vm, call);
}

Result<void> NetworkBench::unplug(VmId vm, Call &call)
{
    return contained(m_bench.subject().metadata.id, [&] { return driver().unplug(vm, call); });
}

Result<QList<Address>> NetworkBench::addresses(VmId vm)
{
    return m_bench.call([&](Call &call) { return driver().addresses(vm, call); });
}

QSet<VmId> NetworkBench::ports()
{
    const QList<VmId> ports = expect("ports", m_bench.call([&](Call &call) { return driver().ports(call); })).ok();
    return {ports.begin(), ports.end()};
}

Result<QList<PortForward>> NetworkBench::forwards(VmId vm)
{
    return m_bench.call([&](Call &call) { return facet().forwards(vm, call); });
}

Result<NicSource> NetworkBench::setForwards(VmId vm, const QList<PortForward> &forwards)
{
    return m_bench.call([&](Call &call) { return facet().setForwards(vm, forwards, call); });
}

Network &NetworkBench::driver()
{
    auto *network = m_bench.as<Network>();
    must(network, QStringLiteral("its root object is no ghost::Network"));
    return *network;
}

PortForwards &NetworkBench::facet()
{
    auto *forwards = m_bench.as<PortForwards>();
    must(forwards, QStringLiteral("declares a facet that its root object has not got"));
    return *forwards;
}

void NetworkBench::sweep()
{
    if (!m_bench.isStarted())
        m_bench.start();
    for (const VmId &vm : ports())
        expect("unplug at the end of the row", unplug(vm)).ok();
    expect("remove at the end of the row", remove(m_id)).ok();
    expect("ports after everything was unplugged", ports()).is({});
}

} // namespace ghost::kit
