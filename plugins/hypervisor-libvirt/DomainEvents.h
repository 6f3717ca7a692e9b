// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include <ghost/Signal.h>

#include "libvirt/Connection.h"

namespace ghost {

/// What libvirt tells of domains: wakes whoever waits for one, and passes on changes of this agent's.
/// A wake-up is a hint to look: it also comes when the connection is lost or back, since news may have been missed.
class DomainEvents
{
public:
    /// @p changed is called on libvirt's event thread: it must not block nor call libvirt.
    DomainEvents(AgentId agent, std::function<void(VmId)> changed);
    /// @p changed is not called afterwards.
    ~DomainEvents();
    DomainEvents(const DomainEvents &) = delete;
    DomainEvents &operator=(const DomainEvents &) = delete;

    Result<void> registerOn(libvirt::Connection &connection);
    void wakeAll();

    /// While it lives, @p signal is raised by each event of the domain whose UUID is @p id.
    class Watch
    {
    public:
        Watch(DomainEvents &events, VmId id, Signal &signal);
        ~Watch();
        Watch(const Watch &) = delete;
        Watch &operator=(const Watch &) = delete;

        /// How the guest last stopped while this watched (virDomainEventStoppedDetailType). A transient domain leaves
        /// no more.
        std::optional<int> stoppedDetail() const;

    private:
        friend class DomainEvents;
        DomainEvents &m_events;
        VmId m_id;
        Signal &m_signal;
        std::optional<int> m_stoppedDetail;
    };

private:
    struct Registry; // shared with libvirt's callbacks, one of which may still be under way when this object goes
    std::shared_ptr<Registry> m_registry;
};

} // namespace ghost
