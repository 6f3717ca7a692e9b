// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QJsonObject>

#include <ghost/VmSpec.h>
#include <libvirt/libvirt.h>

namespace ghost {

/// The machine that a guest sees: chosen once, at create, and kept for the VM's life (VmInfo::pinned), so that an
/// upgrade of QEMU under it changes nothing.
struct Machine
{
    QString type; ///< with its version: `pc-q35-7.2`
    QString cpu;  ///< `host-passthrough` under KVM, else a model that TCG can do in full
    Accelerator accelerator = Accelerator::Unspecified;

    QJsonObject toJson() const;
    static Machine fromJson(const QJsonObject &json);
};

/// What q35 allows.
inline constexpr int maxCpus = 288;

/// What libvirt's `q35` stands for today, with the accelerator that is to run it.
Result<Machine> newestMachine(virConnectPtr connection, Accelerator accelerator);

/// libvirt's word for an accelerator: `kvm` or `qemu`.
QString virtTypeOf(Accelerator accelerator);

} // namespace ghost
