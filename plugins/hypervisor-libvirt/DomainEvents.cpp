// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "DomainEvents.h"

#include <mutex>
#include <vector>

#include "DomainXml.h"

namespace ghost {

struct DomainEvents::Registry
{
    void tell(virDomainPtr domain, int event, int detail)
    {
        char uuid[VIR_UUID_STRING_BUFLEN] = {};
        virDomainGetUUIDString(domain, uuid);
        const VmId id = VmId::fromString(QString::fromLatin1(uuid));
        const std::lock_guard lock(mutex);
        for (Watch *watch : watches) {
            if (watch->m_id != id)
                continue;
            if (event == VIR_DOMAIN_EVENT_STOPPED)
                watch->m_stoppedDetail = detail;
            watch->m_signal.raise();
        }
        // A new definition changes no state.
        if (changed && event != VIR_DOMAIN_EVENT_DEFINED && QByteArrayView(virDomainGetName(domain)).startsWith(prefix))
            changed(id);
    }

    std::mutex mutex;
    QByteArray prefix;
    std::function<void(VmId)> changed;
    std::vector<Watch *> watches;
};

DomainEvents::DomainEvents(AgentId agent, std::function<void(VmId)> changed)
    : m_registry(std::make_shared<Registry>())
{
    m_registry->prefix = domainNamePrefix(agent).toUtf8();
    m_registry->changed = std::move(changed);
}

DomainEvents::~DomainEvents()
{
    const std::lock_guard lock(m_registry->mutex);
    m_registry->changed = {};
}

Result<void> DomainEvents::registerOn(libvirt::Connection &connection)
{
    return connection.onDomainLifecycle(
        [registry = m_registry](virDomainPtr domain, int event, int detail) { registry->tell(domain, event, detail); });
}

void DomainEvents::wakeAll()
{
    const std::lock_guard lock(m_registry->mutex);
    for (Watch *watch : m_registry->watches)
        watch->m_signal.raise();
}

DomainEvents::Watch::Watch(DomainEvents &events, VmId id, Signal &signal)
    : m_events(events)
    , m_id(id)
    , m_signal(signal)
{
    const std::lock_guard lock(events.m_registry->mutex);
    events.m_registry->watches.push_back(this);
}

DomainEvents::Watch::~Watch()
{
    const std::lock_guard lock(m_events.m_registry->mutex);
    std::erase(m_events.m_registry->watches, this);
}

std::optional<int> DomainEvents::Watch::stoppedDetail() const
{
    const std::lock_guard lock(m_events.m_registry->mutex);
    return m_stoppedDetail;
}

} // namespace ghost
