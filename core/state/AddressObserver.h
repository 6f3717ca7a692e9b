// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <mutex>

#include "ghost/Ids.h"

namespace ghost {

class Drivers;
class StateStore;

/// Which address of those that a network knows is the guest's now. Any thread.
class AddressObserver
{
public:
    AddressObserver(StateStore &store, const Drivers &drivers);

    /// Asks the VM's network and takes the address over. Blocks, for a worker: a fresh address is told only when the
    /// guest answers there, or has not for some seconds. A network that cannot tell is asked again at its next event.
    void take(VmId vm);

private:
    bool countedEarlier(VmId vm, qint64 startedAtMs, qint64 sinceMs) const;
    void remember(VmId vm, qint64 startedAtMs, qint64 sinceMs);

    StateStore &m_store;
    const Drivers &m_drivers;
    mutable std::mutex m_mutex;
    struct CountedLease
    {
        qint64 startedAtMs = 0;
        qint64 sinceMs = 0;
    };
    std::map<VmId, CountedLease> m_counted; ///< the last lease that was an address, and of which power-on
};

} // namespace ghost
