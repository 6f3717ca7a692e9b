// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>

#include <QtCore/QSet>

#include <ghost/Ids.h>

namespace ghost {

/// Which VMs were last stopped through this agent: libvirt tells a stop from a crash, but not whose stop it was.
/// In memory only: over a restart of the agent the core's record of what is desired tells.
class RequestedStops
{
public:
    void note(VmId id)
    {
        const std::lock_guard lock(m_mutex);
        m_ids.insert(id);
    }
    void forget(VmId id)
    {
        const std::lock_guard lock(m_mutex);
        m_ids.remove(id);
    }
    bool contains(VmId id) const
    {
        const std::lock_guard lock(m_mutex);
        return m_ids.contains(id);
    }

private:
    mutable std::mutex m_mutex;
    QSet<VmId> m_ids;
};

} // namespace ghost
