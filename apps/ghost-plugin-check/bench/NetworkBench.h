// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "bench/Bench.h"
#include "ghost/Network.h"

namespace ghost::kit {

/// A network driver under test with one network, made on first use. Everything is unplugged and removed at the end.
class NetworkBench
{
public:
    explicit NetworkBench(Bench &bench);
    ~NetworkBench();
    NetworkBench(const NetworkBench &) = delete;
    NetworkBench &operator=(const NetworkBench &) = delete;

    /// Known before the network is there: it must be found again after a restart.
    NetworkId id() const { return m_id; }
    NetworkSpec spec() const;
    Result<NetworkInfo> ensure(const NetworkSpec &spec);
    Result<NetworkInfo> ensure(const NetworkSpec &spec, Call &call);
    Result<void> remove(NetworkId id);
    Result<void> remove(NetworkId id, Call &call);
    /// Plugs into the bench's network, which is made if need be.
    Result<NicSource> plug(VmId vm);
    Result<NicSource> plug(VmId vm, Call &call);
    Result<void> unplug(VmId vm);
    Result<void> unplug(VmId vm, Call &call);
    Result<QList<Address>> addresses(VmId vm);
    QSet<VmId> ports();
    Result<QList<PortForward>> forwards(VmId vm);
    Result<NicSource> setForwards(VmId vm, const QList<PortForward> &forwards);

    Network &driver();
    Bench &bench() { return m_bench; }

private:
    PortForwards &facet();
    void sweep();

    Bench &m_bench;
    NetworkId m_id;
    bool m_ensured = false;
};

} // namespace ghost::kit
