// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "host/Drivers.h"
#include "host/PluginSlot.h"

namespace ghost {

/// Finds the driver that a command names among the plugins of the host.
class DriverLookup : public Drivers
{
public:
    /// @p slots, filled before the first question, outlive it.
    explicit DriverLookup(const PluginSlots &slots)
        : m_slots(slots)
    {}

    Result<Driver<Hypervisor>> hypervisor(const QString &id) const override;
    Result<Driver<Network>> network(const QString &id) const override;
    Result<Driver<Storage>> storage(const QString &id) const override;
    Result<Driver<ImageSource>> imageSource(const QString &id) const override;
    Result<Driver<CloudLink>> cloudLink() const override;

private:
    template <class Role>
    Result<Driver<Role>> driver(const QString &asked, const QString &role) const;
    QString wholeId(const QString &asked, const QString &role) const;
    QStringList named(const QString &role) const;
    QString absent(const QString &role) const;
    Error noneActive(const QString &role) const;
    Error notConfigured(const QString &asked, const QString &role) const;

    const PluginSlots &m_slots;
};

} // namespace ghost
