// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QHash>

#include "Vm.h"

namespace ghost {

/// The VMs of this driver: one folder each, below `vms`. Thread-safe.
class VmTable
{
public:
    VmTable(QString folder, PluginContext &context);

    /// Reads what is on disk; finds the QEMUs that still run. Once.
    Result<void> load();
    /// NotFound for a stranger.
    Result<std::shared_ptr<Vm>> find(VmId id) const;
    QList<std::shared_ptr<Vm>> all() const;
    /// A new one; nothing is on disk until it is given a spec.
    std::shared_ptr<Vm> make(VmId id) const;
    void insert(const std::shared_ptr<Vm> &vm);
    void erase(VmId id);

private:
    QString m_folder;
    PluginContext &m_context;
    mutable std::mutex m_mutex;
    QHash<VmId, std::shared_ptr<Vm>> m_vms;
};

} // namespace ghost
